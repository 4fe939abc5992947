"""Reads `config.toml` as a table, or says at which line and column it is broken."""

import re
import tomllib
from pathlib import Path
from typing import Any

from layersync.errors import UsageError
from layersync.settings.keyless import refuse_keys


def read_file(path: Path) -> dict[str, Any]:
    """Gives the tables of the file. UsageError where it can't be read, is no TOML, or holds an API key."""
    text = _text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_broken(path, text, str(error))) from None
    refuse_keys(table, str(path))
    return table


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: this is not UTF-8 text", "save the file as UTF-8") from None


def _broken(path: Path, text: str, message: str) -> str:
    what, _, place = message.removesuffix(")").partition(" (at ")
    if not re.fullmatch(r"line \d+, column \d+", place):
        lines = text.split("\n")
        place = f"line {len(lines)}, column {len(lines[-1]) + 1}"
    return f"{path}, {place}: {what[:1].lower()}{what[1:]}"
