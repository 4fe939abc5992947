"""What the program says on stderr: one line per message, as text or JSON, never a control character."""

import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

from layersync.cli.flags import OutputFlags
from layersync.cli.key_words import without_keys
from layersync.errors import SyncError
from layersync.report.runner import no_command, no_command_in_json
from layersync.report.show import visible


class Messages:
    """Says things to the person or the log. A reader who went away does not stop the run."""

    def __init__(self, flags: OutputFlags) -> None:
        self._flags = flags

    def tell(self, text: str) -> None:
        """Says what is going on; nothing under `--quiet`."""
        if not self._flags.quiet:
            self._write("info", text)

    def detail(self, text: str) -> None:
        """Says what only `--verbose` wants to know."""
        if self._flags.verbose:
            self._write("detail", text)

    def warn(self, text: str) -> None:
        """Says what may be wrong."""
        self._write("warning", text, lead="warning: ")

    def fail(self, error: SyncError) -> None:
        """Says why the command ends, and the way out; a key that stands there by mistake is not repeated."""
        message, what_to_do = without_keys(error.message), without_keys(error.what_to_do)
        self._write("error", message, lead="layersync: ", what_to_do=what_to_do)

    def lines(self, lines: Iterable[str]) -> None:
        """Writes lines that are complete in themselves: a table, a traceback, what `--quiet` leaves to be said."""
        for line in lines:
            if self._flags.log_format == "json":
                self._write("error", line.rstrip("\n"))
            else:
                to_stderr(line)

    def _write(self, level: str, text: str, *, lead: str = "", what_to_do: str = "") -> None:
        if self._flags.log_format == "json":
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            more = {"what_to_do": what_to_do} if what_to_do else {}
            to_stderr(no_command_in_json(json.dumps({"at": at, "level": level, "message": text, **more})) + "\n")
            return
        told = f"{text} ({what_to_do})" if what_to_do else text
        to_stderr("".join(f"{lead}{visible(line)}\n" for line in told.split("\n")))


def to_stderr(text: str) -> None:
    """Writes to stderr, and nothing that a CI runner obeys; when nobody reads it any more, to nowhere.

    What a full disk does not take is dropped.
    """
    try:
        sys.stderr.write("\n".join(map(no_command, text.split("\n"))))
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    except OSError:
        _drop_pending(sys.stderr)


def _drop_pending(stream: TextIO) -> None:
    """Empties the buffer of a stream, which would fail again with the next line, and at the end of the program."""
    kept = os.dup(stream.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
        stream.flush()
        os.dup2(kept, stream.fileno())
    finally:
        os.close(nowhere)
        os.close(kept)
