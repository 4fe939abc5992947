"""A sandbox as one test sees it: as if just started, with only the requests of that test."""

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.end_to_end.place import PATIENCE_S
from tests.sandbox.server import JsonObject, RunningSandbox


class Traffic:
    """A running sandbox that was put back to its start, and what has come to it since."""

    def __init__(self, sandbox: RunningSandbox, generation: str = "seed") -> None:
        self._sandbox = sandbox
        self.generation = generation
        self._before = 0
        self.anew()

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._sandbox.url

    def anew(self) -> None:
        """Puts everything back to the start and forgets the requests so far."""
        self._sandbox.reset()
        self.forget()

    def forget(self) -> None:
        """Counts requests from here on."""
        self._before = len(self._sandbox.entries())

    def requests(self, method: str | None = None) -> list[JsonObject]:
        """The requests since then, as the sandbox logged them."""
        return [one for one in self._sandbox.entries()[self._before :] if method in (None, one["method"])]

    def paths(self, method: str | None = None) -> list[str]:
        """The paths of the requests since then; ids of projects without the prefix that a generation gives them."""
        return [one["path"].replace("prj_", "") for one in self.requests(method)]

    def methods(self) -> Counter[str]:
        """The requests since then, counted by method."""
        return Counter(one["method"] for one in self.requests())

    def records(self, resource: str) -> dict[str, JsonObject]:
        """The live records of a resource, by bare id."""
        found: dict[str, JsonObject] = self._sandbox.state()["records"][resource]
        return found

    def project(self, bare_id: str) -> JsonObject:
        """One live project."""
        return self.records("projects")[bare_id]

    def research(self, bare_id: str) -> int:
        """How often keyword research of a project was restarted: what a change sent twice would show."""
        effects: JsonObject = self._sandbox.state()["side_effects"].get(bare_id, {})
        return int(effects.get("researchRestarts", 0))

    def edit(self, resource: str, record_id: str, **fields: Any) -> None:
        """Somebody edits a record elsewhere."""
        self._sandbox.edit(resource, record_id, **fields)

    def faults(self, *rules: JsonObject) -> None:
        """What goes wrong from here on; the rules count anew."""
        self._sandbox.set_faults(*rules)

    def fired(self) -> int:
        """How many requests the first fault rule has met."""
        return int(self._sandbox.state()["faults"][0]["fired"])

    def wait_for_fault(self, process: subprocess.Popen[str]) -> None:
        """Returns once the first fault rule has met a request of the process, which must not end before."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.fired():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.04)  # the program takes a second to start, and each look takes some of its time

    @contextmanager
    def edited_at_fault(self, project: str, **fields: Any) -> Iterator[None]:
        """Somebody edits a project as soon as the first fault rule has met a request of what runs in the block."""
        over = threading.Event()

        def edit() -> None:
            while not self.fired() and not over.is_set():
                time.sleep(0.02)
            self.edit("projects", project, **fields)

        editor = threading.Thread(target=edit)
        editor.start()
        try:
            yield
        finally:
            over.set()
            editor.join()
