"""A case of the corpus: one hostile or odd sheet, how a job reads it, and the exit code that `check` must end with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILES = Path(__file__).parent / "files"

Bytes = bytes | str | Callable[[], bytes | str]


@dataclass(frozen=True)
class Case:
    """One sheet, named after its hazard of reliability.md.

    `content` is text (written as UTF-8), bytes, or what makes them where they are large. `job` holds more keys of
    `[jobs.NAME]`.
    """

    hazard: str
    name: str
    code: int
    content: Bytes
    suffix: str = "csv"
    job: Mapping[str, object] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The name of the case and of its job: `A03-latin1-header`."""
        return f"{self.hazard}-{self.name}"

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.stem}.{self.suffix}"

    def make(self) -> bytes:
        """Makes the bytes of the sheet, the same every time."""
        content = self.content() if callable(self.content) else self.content
        return content.encode() if isinstance(content, str) else content


def committed(hazard: str, name: str, code: int, **more: object) -> Case:
    """A case whose bytes stand in a file of their own, because the bytes are the point."""
    case = Case(hazard, name, code, b"", **more)  # type: ignore[arg-type]
    return Case(hazard, name, code, (FILES / case.file).read_bytes(), **more)  # type: ignore[arg-type]


def uuid(number: int) -> str:
    """A UUID that tells its number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def sheet(header: str, *lines: str, end: str = "\n") -> str:
    """A sheet of a header and lines, each with its line end; `{1}` stands for the id of record 1."""
    text = "".join(line + end for line in (header, *lines))
    for number in range(1, 10):
        text = text.replace(f"{{{number}}}", uuid(number))
    return text


def column(header: str, *cells: str) -> str:
    """A sheet of ids and one more column, every cell in quotes."""
    rows = [f'{uuid(number)},"{escaped(cell)}"' for number, cell in enumerate(cells, 1)]
    return "\n".join([f"id,{header}", *rows, ""])


def keys(*cells: str) -> str:
    """A sheet of these keys, in quotes, each beside a name."""
    return "\n".join(["id,name", *(f'"{escaped(cell)}",Acme {number}' for number, cell in enumerate(cells, 1)), ""])


def escaped(cell: str) -> str:
    """The cell as it stands between quotes."""
    return cell.replace('"', '""')
