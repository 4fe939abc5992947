"""One run of the program: parse, call, and turn whatever happens into words and an exit code."""

import os
import sys
from collections.abc import Callable, Sequence
from inspect import BoundArguments
from io import TextIOWrapper
from pathlib import Path

from cyclopts import App, CycloptsError

from layersync.cli.app import build_app
from layersync.cli.ending import Ended
from layersync.cli.flags import OUTPUT, OutputFlags, RunFlags
from layersync.cli.key_words import refuse_key_flags, without_keys
from layersync.cli.messages import Messages
from layersync.cli.unexpected import Unexpected
from layersync.errors import SyncError, UsageError

INTERRUPTED = 130
UNEXPECTED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line, None for the program's own, and gives the exit code (contract, section 1)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _open_closed_streams()
    _write_anything()
    output = _asked_for(words)
    try:
        command, bound = _parse(build_app(), words)
        output = _output_flags(bound) or output
        return command(*bound.args, **bound.kwargs) or 0
    except SyncError as error:
        Messages(output).fail(error)
        return error.exit_code
    except Ended as end:
        Messages(output).fail(SyncError(end.told))
        return end.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        _tell_unexpected(error, output)
        return UNEXPECTED


def _parse(app: App, words: list[str]) -> tuple[Callable[..., int | None], BoundArguments]:
    if not words:
        app.help_print([])
        raise UsageError("name a command")
    refuse_key_flags(words)
    try:
        command, bound, _ = app.parse_args(words, print_error=False, exit_on_error=False)
    except CycloptsError as error:
        told = without_keys(" ".join(str(error).split()))
        raise UsageError(told[:1].lower() + told[1:]) from None
    return command, bound


def _asked_for(words: list[str]) -> OutputFlags:
    """How to speak of a command line that may turn out to be none: to a log of JSON in JSON."""
    asked = "--log-format json" in " ".join(words).replace("=", " ")
    return OutputFlags(log_format="json") if asked else OUTPUT


def _output_flags(bound: BoundArguments) -> OutputFlags | None:
    """How a command was told to speak, None where nothing was said of it."""
    flags = bound.arguments.get("flags")
    return flags.output if isinstance(flags, RunFlags) else bound.arguments.get("output")


def _open_closed_streams() -> None:
    """A stream that was closed before the start (`2>&-`) is one with nobody at its end; Python has None there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # of the free numbers the lowest is taken: no file that is opened later gets that of a stream
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  it stays open


def _write_anything() -> None:
    """A cell may hold what the terminal's encoding does not (reliability 2.F, F9)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _tell_unexpected(error: Exception, output: OutputFlags) -> None:
    if not isinstance(error, Unexpected):
        error = Unexpected.of(error)
    messages = Messages(output)
    messages.fail(SyncError(f"unexpected error: {error}"))
    if output.verbose:
        messages.lines(without_keys(error.trace).splitlines(keepends=True))
