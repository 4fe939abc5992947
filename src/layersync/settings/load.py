"""Reads the settings once: flags over environment over `config.toml` over defaults."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from layersync.errors import UsageError
from layersync.settings.environment import read_environment
from layersync.settings.file import read_file
from layersync.settings.mistakes import Origins, mistakes
from layersync.settings.model import Settings
from layersync.settings.paths import absolute, rebased

DEFAULT_FILE = "config.toml"


def load_settings(
    config: str | None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    file_needed: bool = True,
) -> Settings:
    """Gives the settings of one run.

    `config` is the file that `--config` names, None for `config.toml` in the working directory, which may be absent
    where `file_needed` is false. `flags` are nested as
    the file is. Paths come back absolute: those of the file, and the defaults, from the file's folder; those of
    flags and environment from the working directory. UsageError names every key that is wrong.
    """
    file = _file(config, needed=file_needed)
    table = read_file(file) if file.exists() else {}
    jobs = table.get("jobs")
    environment = read_environment(environ, jobs if isinstance(jobs, Mapping) else ())
    origins = Origins(file=str(file), environment=environment, flags=flags or {})
    given = [rebased(source, Path.cwd()) for source in (environment, origins.flags)]
    try:
        settings = Settings(**_merged(table, *given))
    except ValidationError as error:
        raise UsageError("\n".join(mistakes(error, origins))) from None
    return absolute(settings, file.absolute().parent)


def _file(config: str | None, *, needed: bool) -> Path:
    file = Path(DEFAULT_FILE if config is None else config)
    if config is not None and not file.exists():
        raise UsageError(f"--config: there is no file {config!a}")
    if needed and not file.exists():
        raise UsageError(f"there is no {DEFAULT_FILE} in this folder", "name one with --config PATH")
    return file


def _merged(*tables: Mapping[str, Any]) -> dict[str, Any]:
    """Lays tables over each other, the last one on top; a table inside keeps the keys that the next does not name."""
    merged: dict[str, Any] = {}
    for table in tables:
        for name, value in table.items():
            below = merged.get(name)
            if isinstance(below, Mapping) and isinstance(value, Mapping):
                merged[name] = _merged(below, value)
            else:
                merged[name] = value
    return merged
