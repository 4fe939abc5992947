"""What reading costs in requests: a table of sheets and organisations, counted on the sandbox over real HTTP.

    python -m benchmarks.requests          2,000 and 20,000 projects: some minutes
    python -m benchmarks.requests --small  400 and 2,000

Each line is a preview (`sync -n`); `fewest` is the least that a client could do which knows beforehand how large the
organisation is. Ends with 1 where a line takes more than it may.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.crowd import Crowd, asked, crowd
from tests.end_to_end.place import Place, place_in

CHANGED = 'fetch = "changed"'
NOBODY = "00000000-0000-4000-8000-{:012}"
Row = dict[str, str]


@dataclass(frozen=True)
class Line:
    """One preview: the rows of its sheet, more keys of its job, what happens before, and the fewest requests."""

    name: str
    rows: Sequence[Row]
    fewest: int
    may: int
    job: str = ""
    before: Callable[[], None] = lambda: None


def main() -> int:
    """Prints the table."""
    small = _flags().small
    with tempfile.TemporaryDirectory() as folder:
        print(
            f"{'organisation':>12}  {'sheet':52} {'pages':>6} {'records':>8} {'lookups':>8} {'in all':>7} {'fewest':>7}"
        )
        sizes = ((400, _whole), (2_000, _part)) if small else ((2_000, _whole), (20_000, _part))
        found = [_run(lines, Path(folder) / str(size), size) for size, lines in sizes]
        return 0 if all(found) else 1


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="organisations of a fifth and a tenth of the size")
    return parser.parse_args()


def _run(lines: Callable[[Crowd], Iterator[Line]], folder: Path, size: int) -> bool:
    """Runs the lines one after the other in one place, so that the later ones know what the earlier ones read."""
    folder.mkdir()
    with crowd(folder, size) as found:
        kept = [_is_kept(line, found, place_in(folder)) for line in lines(found)]
    return all(kept)


def _is_kept(line: Line, found: Crowd, place: Place) -> bool:
    place.configure(found.api.url, f"[jobs.projects]\nsource = 'projects.csv'\n{line.job}")
    place.table(line.rows)
    line.before()
    found.api.forget()
    place.call("sync", "-n")
    kinds = asked(found.api)
    counted = f"{kinds['page']:>6,} {kinds['record']:>8,} {kinds['lookup']:>8,} {kinds.total():>7,} {line.fewest:>7,}"
    print(f"{found.size:>12,}  {line.name:52} {counted}", flush=True)
    return kinds.total() <= line.may


def _whole(found: Crowd) -> Iterator[Line]:
    """Sheets of all projects of an organisation."""
    pages, size = found.pages, found.size
    listed, full = found.rows("timezone", "status"), found.rows("appName", "timezone")
    mixed = [row | ({"appName": "x"} if number < size // 20 else {}) for number, row in enumerate(listed)]
    by_key = [{"customerExternalId": f"gen-{n:06}", "timezone": "UTC"} for n in range(1, size - 99)]
    yield Line("all rows, listed columns", listed, pages, pages)
    yield Line("the same, matched by customerExternalId", by_key, pages, pages, 'key = "customerExternalId"')
    yield Line("all rows, a twentieth of them states a full column", mixed, pages + size // 20, pages + size // 20)
    yield Line("all rows, full columns", full, size, size)
    yield Line('fetch = "changed", the first time', full, size, size, CHANGED)
    yield Line('fetch = "changed", nothing changed', full, pages, pages, CHANGED)
    for count in (1, size // 100, size // 4):
        name = f'fetch = "changed", {count:,} changed elsewhere'
        yield Line(name, full, pages + count, pages + count, CHANGED, _edits(found, count))


def _edits(found: Crowd, count: int) -> Callable[[], None]:
    def edit() -> None:
        for bare in found.ids[:count]:
            found.api.edit("projects", bare, metadata={"edited": "elsewhere"})

    return edit


def _part(found: Crowd) -> Iterator[Line]:
    """Sheets of fifty rows of an organisation that is much larger."""
    some = found.ids[:: len(found.ids) // 50][:50]
    nobody = [NOBODY.format(number) for number in range(5)]
    for absent, ids in ((0, some), (5, some[5:] + nobody)):
        name = f"50 rows by id{', 5 of them name nobody' if absent else ''}"
        yield Line(f"{name}, full columns", [{"id": bare, "appName": "x y z"} for bare in ids], 50, 51)
        yield Line(f"{name}, listed columns", _zones(ids), min(50, found.pages + absent), 51)
    yield Line("the newest 50 by id, listed columns", _zones(found.ids[-50:]), 1, 3)
    keys = [
        {"customerExternalId": f"gen-{n:06}", "appName": "x y z"} for n in range(1, found.size - 99, found.size // 50)
    ]
    number = len(keys)
    name = f"{number} rows by customerExternalId, full columns"
    yield Line(name, keys, number + min(number, found.pages), 2 * number + 1, 'key = "customerExternalId"')


def _zones(ids: Sequence[str]) -> list[Row]:
    return [{"id": bare, "timezone": "UTC"} for bare in ids]


if __name__ == "__main__":
    sys.exit(main())
