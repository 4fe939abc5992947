"""A CI runner obeys lines that look like its commands: none of ours may, whatever a cell holds (reliability, F3)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rich.text import Text

_BEGIN: Final = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def no_command(line: str) -> str:
    """Breaks what a runner obeys: `::` at the start of a line, `##[` anywhere in it."""
    line = line.replace("##[", "#\\u{23}[")
    begin = len(line) - len(line.lstrip())
    return f"{line[:begin]}\\u{{3a}}{line[begin + 1 :]}" if line.startswith("::", begin) else line


def no_command_in_json(text: str) -> str:
    """The same for JSON, which stays the same value: only strings can hold these characters; CSV may hold such JSON."""
    return text.replace("##[", "#\\u0023[")


def no_command_in_markup(text: str) -> str:
    """The same for HTML and XML, which stay the same text."""
    return _BEGIN.sub(r"\1&#58;", text.replace("##[", "##&#91;"))


def no_commands(lines: Iterable[Text]) -> Iterator[Text]:
    """The same for the lines of a terminal; a line that had to be broken loses its colours."""
    for line in lines:
        safe = no_command(line.plain)
        yield line if safe == line.plain else Text(safe)
