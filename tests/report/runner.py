"""The parser of a CI runner's log lines, ported: what it would obey in a text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A workflow command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def obeyed(output: str) -> list[Command]:
    """Every command that the runner finds in an output, line by line (`ActionCommand.TryParseV2`, then `TryParse`)."""
    found = (_second_form(line) or _first_form(line) for line in output.replace("\r\n", "\n").split("\n"))
    return [command for command in found if command is not None]


def _second_form(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, told = line[2:end].partition(" ")
    pairs = (pair.partition("=") for pair in told.split(",") if "=" in pair)
    properties = {key.strip(): _unescape(value, property_=True) for key, _, value in pairs}
    return Command(name, properties, _unescape(line[end + 2 :]))


def _first_form(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    return Command(line[start + 3 : end].partition(" ")[0], {}, line[end + 1 :])


def _unescape(text: str, *, property_: bool = False) -> str:
    escapes = {"%0D": "\r", "%0A": "\n"} | ({"%3A": ":", "%2C": ","} if property_ else {})
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text.replace("%25", "%")
