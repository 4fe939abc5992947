"""`layersync sandbox`: becomes the sandbox, a program of its own."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

PROGRAM = (sys.executable, "-P", "-m", "layersync.sandbox")


def sandbox(*flags: Annotated[str, Parameter(allow_leading_hyphen=True, show=False)]) -> int:
    """Run the built-in local API alone, on a port."""
    os.execv(PROGRAM[0], [*PROGRAM, *_keeping_state(flags)])  # noqa: S606  it is this very program


def _keeping_state(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Adds where the sandbox keeps its records, unless that is said."""
    if any(flag == "--state" or flag.startswith("--state=") or flag in {"-h", "--help"} for flag in flags):
        return flags
    return (*flags, "--state", str(_state_file()))


def _state_file() -> Path:
    from layersync.settings.load import load_settings  # noqa: PLC0415  --help loads no settings
    from layersync.settings.paths import sandbox_state  # noqa: PLC0415

    return sandbox_state(load_settings(None, file_needed=False))
