"""What `init` writes and prints: the configuration to begin with, and ready snippets for this folder and program."""

import getpass
import re
import shlex
import sysconfig
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

from layersync.cli.flags import ConfigFlags, OutputFlags
from layersync.cli.messages import Messages
from layersync.cli.stdout import Stdout
from layersync.errors import UsageError

_FILES: Final = {"github": "github.yml"}  # the others are called as their snippets are
_DEFAULT: Final = "config.toml"
_PLAIN: Final = re.compile(r"[\w@+=:,./-]+", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def write_config(config: ConfigFlags, output: OutputFlags) -> int:
    """Writes a configuration in which every key stands with its default. UsageError where a file stands."""
    path = Path(config.config or _DEFAULT)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_text(_DEFAULT))
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is left alone", "name another file with --config") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    named = "" if config.config is None else f" --config {shlex.quote(config.config)}"
    messages = Messages(output)
    messages.tell(f"wrote {path}; it names the sandbox, and projects.csv as the sheet")
    messages.tell(f"next: `layersync export projects{named} --to projects.csv` writes that sheet off the live records")
    return 0


def print_snippets(names: Sequence[str], config: ConfigFlags, output: OutputFlags) -> int:
    """Prints snippets, an empty line between two. UsageError for a folder whose name cannot stand in one."""
    place = Path(config.config or _DEFAULT).absolute()
    texts = [_snippet(name, place) for name in names]
    Stdout(output.color).pieces(["\n".join(texts)])
    return 0


def _snippet(name: str, place: Path) -> str:
    text = _text(_FILES.get(name, name))
    return text if name in _FILES else text.format_map(_words(name, place))


def _words(name: str, place: Path) -> Mapping[str, str]:
    """What is filled in: a snippet's own words, each written as the snippet's reader wants it."""
    if _CONTROL.search(str(place)):
        raise UsageError(f"{str(place)!a} has a character that no snippet can hold", "call the folder something else")
    match name:
        case "cron":
            return {
                "folder": _for_cron(str(place.parent)),
                "program": _for_cron(_program()),
                "config": "" if place.name == _DEFAULT else f" --config {_for_cron(place.name)}",
            }
        case "systemd":
            return {
                "user": getpass.getuser(),
                "directory": _without_specifiers(str(place.parent)),
                "folder": _for_systemd(str(place.parent)),
                "program": _for_systemd(_program()),
                "config": "" if place.name == _DEFAULT else f" --config {_for_systemd(place.name, in_command=True)}",
            }
        case _:
            return {"version": version("layersync"), "config": place.name}


def _program() -> str:
    """This very program, where it was installed; a scheduler has no PATH of ours."""
    installed = Path(sysconfig.get_path("scripts"), "layersync")
    return str(installed) if installed.is_file() else "layersync"


def _for_cron(word: str) -> str:
    """A word of the shell in a line of crontab, where `%` ends the command."""
    return shlex.quote(word).replace("%", r"\%")


def _for_systemd(word: str, *, in_command: bool = False) -> str:
    """A word in a list or a command of a unit file; only in a command's arguments `$` means something."""
    text = _without_specifiers(word).replace("$", "$$") if in_command else _without_specifiers(word)
    if _PLAIN.fullmatch(word):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _without_specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _text(name: str) -> str:
    return files("layersync.cli").joinpath("snippets", name).read_text(encoding="utf-8")
