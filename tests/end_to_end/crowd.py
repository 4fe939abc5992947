"""A sandbox with many projects, and the requests that came to it, by kind."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from layersync.sandbox.generate import generate
from tests.end_to_end.traffic import Traffic
from tests.sandbox.server import running_sandbox

OUR_SEED = 24  # projects of the seed that belong to the key's organisation


@dataclass(frozen=True)
class Crowd:
    """A sandbox with so many projects, and the ids of those that were generated."""

    api: Traffic
    size: int
    ids: list[str]

    @property
    def pages(self) -> int:
        """The pages of a listing."""
        return -(-self.size // 200)

    def rows(self, *columns: str) -> list[dict[str, str]]:
        """A sheet that states what every project has in these columns."""
        projects = self.api.records("projects")
        mine = {one["organizationId"] for bare, one in projects.items() if bare in self.ids[:1]}
        return [
            {"id": bare, **{column: one[column] or "<clear>" for column in columns}}
            for bare, one in projects.items()
            if one["organizationId"] in mine
        ]


@contextmanager
def crowd(folder: Path, size: int) -> Iterator[Crowd]:
    flags = ("--tier", "partner", "--minute", "0.1", "--records", str(size - OUR_SEED))
    with running_sandbox(*flags, log=folder / "requests.jsonl") as running:
        yield Crowd(Traffic(running), size, [one["id"] for one in generate(size - OUR_SEED, 0, "")["projects"]])


def asked(api: Traffic) -> Counter[str]:
    """What was asked since the last look: pages of listings, lookups by a key, single records."""
    kinds = Counter(_kind(one["path"], one["query"]) for one in api.requests() if one["path"] != "/v1/whoami")
    api.forget()
    return kinds


def _kind(path: str, query: str) -> str:
    if "customerExternalId=" in query:
        return "lookup"
    return "page" if path.endswith(("projects", "influencers")) else "record"
