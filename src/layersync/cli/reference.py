"""Writes docs/reference.md from the program: `python -m layersync.cli.reference > docs/reference.md`."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from layersync.cli.app import build_app
from layersync.cli.exit_codes import EXIT_CODES
from layersync.cli.sandbox import PROGRAM
from layersync.settings import units
from layersync.settings.environment import variable
from layersync.settings.model import Job, Settings, by_default
from layersync.settings.names import ANY_JOB, all_keys
from layersync.settings.paths import SANDBOX_STATE
from layersync.settings.secret import CREDENTIAL, MOUNTED
from layersync.values.guards import Guard

_HEAD = """# Reference

Every command, flag, exit code and configuration key. This page is written by the program
(`python -m layersync.cli.reference > docs/reference.md`), and a test keeps it true.
"""

_SANDBOX = f"""Without `--state`, `layersync sandbox` keeps its records in `{SANDBOX_STATE}` in `run.state_dir`,
as a run with `base_url = "sandbox"` does. The generations differ in the header of the key, in how refusals and a
suspended key are told, in ids, times and slim lists, and in what projects and influencers show and take. Each one
stands in `layersync/sandbox/generations.py` with its source. Records are kept the same way for all of them.
"""

_CONFIGURATION = """## Configuration

`config.toml` in the working directory, or the file that `--config` names. Every key is optional; one that layersync
does not know is an error. A flag wins over the environment, this over the file, and the file over the default. Paths
in the file start at the file's folder, all others at the working directory.

A duration is written `30s`, `20m`, `2h`, `7d`, or as seconds; a size `256MB`, `1GiB`, or as bytes; a limit is a share
(`30%`) or a count. In a variable, the items of a list are separated by commas.
"""

_KEY = f"""## The API key

The first of these that is there:

1. `--api-key-file PATH`; `-` reads stdin
2. `LAYERS_API_KEY`
3. `LAYERS_API_KEY_FILE`, the path of a file
4. `$CREDENTIALS_DIRECTORY/{CREDENTIAL}` (systemd)
5. `{MOUNTED}` (Docker, Kubernetes)

There is no flag that takes the key itself, and a key in `config.toml` is an error. The sandbox needs none.
"""

_KINDS: dict[Callable[[Any], object], str] = {
    units.seconds: "duration",
    units.size: "size",
    units.limit: "share or count",
    units.share: "part of 1",
    units.file_mode: "file mode",
    by_default: "word or table",
}

_PLAIN_KINDS: dict[object, str] = {bool: "true or false", int: "number", dict: "table", tuple: "list"}


def reference() -> str:
    """The whole page, in Markdown."""
    guards = ", ".join(f"`{guard}`" for guard in Guard)
    parts = (
        _HEAD,
        "## Commands\n",
        _commands(),
        _list(_sandbox_flags()),
        _SANDBOX,
        "## Exit codes\n",
        _table(("code", "meaning"), EXIT_CODES.items()),
        f"When several apply, the first of this order wins: 129/130/143, 6, 9, 7, 64, 4, 5, 8, 1, 3, 2.\n\n"
        f"Guards that `--allow` lifts: {guards}.\n",
        _CONFIGURATION,
        _table(("key", "variable", "holds", "default", "meaning"), map(_key_row, *zip(*all_keys(), strict=True))),
        _KEY,
    )
    return "\n".join(parts)


def _commands() -> str:
    """The library's own page, from its first command on."""
    page = build_app().generate_docs(heading_level=2, usage_name="layersync")
    page = page[page.index("### layersync") :]
    # how Python was started is no part of the usage
    page = re.sub(r"^(layersync \w+) -m \S+", r"\1", page, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", page).rstrip() + "\n"


def _sandbox_flags() -> Iterator[str]:
    """The flags of the sandbox, a program of its own, off its help."""
    wide = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    told = subprocess.run([*PROGRAM, "--help"], env=wide, check=True, capture_output=True, text=True)  # noqa: S603
    options = re.sub(r"\n {10,}", "  ", told.stdout.partition("options:\n")[2])
    for line in options.splitlines():
        flag, _, meaning = line.strip().partition("  ")
        if flag.startswith("--"):
            yield f"`{flag}`: {meaning.strip()}"


def _key_row(path: tuple[str, ...], field: FieldInfo) -> tuple[str, ...]:
    name = ".".join(path)
    meaning = (field.description or "").replace("\n", " ")
    return f"`{name}`", f"`{variable(path)}`", _kind(field), _default(path), meaning


def _kind(field: FieldInfo) -> str:
    return _kind_told(field.metadata) or _kind_of(field.annotation)


def _kind_told(metadata: Iterable[object]) -> str:
    readers = (told.func for told in metadata if isinstance(told, BeforeValidator))
    return next((_KINDS[reader] for reader in readers if reader in _KINDS), "")


def _kind_of(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Annotated and (told := _kind_told(annotation.__metadata__)):
        return told
    if origin is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if (origin or annotation) in _PLAIN_KINDS:
        return _PLAIN_KINDS[origin or annotation]
    inner = [one for one in get_args(annotation) if one is not type(None)]
    return _kind_of(inner[0]) if inner else "text"


def _default(path: tuple[str, ...]) -> str:
    job = Job(resource="projects", key="id").model_dump(mode="json", exclude={"resource", "key"})
    value: Any = {**Settings().model_dump(mode="json"), "jobs": {ANY_JOB: job}}
    for part in path:
        value = value.get(part)
    if path[:3] == ("jobs", ANY_JOB, "guards"):
        return f"that of `guards.{path[3]}`"
    if value in (None, [], {}):
        return ""
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _list(items: Iterable[str]) -> str:
    return "".join(f"* {item}\n" for item in items)


if __name__ == "__main__":
    sys.stdout.write(reference())
