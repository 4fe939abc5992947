"""The sheet as layersync has it when planning begins: read and checked once, kept for the measurements.

`python -m benchmarks.planning.checked FOLDER` writes it and prints how long the check took. The text of the sheet and
its cells as written are left out: a plan takes of them no more than the words of an objection.
"""

import pickle
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl

from layersync.resources import RESOURCES
from layersync.resources.field import Field
from layersync.sheet.reading import read_sheet
from layersync.values.desired import Desired
from layersync.values.rules import SheetRules

_PROJECTS = RESOURCES["projects"]
# a resource whose listing shows everything, and with as many columns as the other ways compare
FORM = replace(
    _PROJECTS,
    fields=tuple(
        replace(field, listed=True) for field in (*_PROJECTS.fields, Field(name="category"), Field(name="city"))
    ),
)


def read(folder: Path) -> Desired:
    """Reads and checks the sheet."""
    rules = SheetRules(job="projects", source=str(folder / "sheet.csv"), key="id", max_rows=10**7, max_bytes=10**10)
    desired = read_sheet(rules, FORM)
    assert desired.problems == ()
    return desired


def keep(desired: Desired, folder: Path) -> None:
    """Keeps a checked sheet."""
    # each text for itself: what columns share in memory, a file repeats for each of them
    rows = desired.rows.with_columns(pl.col(pl.String) + "").rechunk()
    rows.write_ipc_stream(folder / "checked.arrow")
    grid = replace(desired.grid, cells=pl.DataFrame(), positions=pl.DataFrame(), raw=b"")
    (folder / "checked.pickle").write_bytes(pickle.dumps(replace(desired, rows=pl.DataFrame(), grid=grid)))


def kept(folder: Path) -> Desired:
    """Gives it back."""
    rest: Desired = pickle.loads((folder / "checked.pickle").read_bytes())  # noqa: S301  our own file
    return replace(rest, rows=pl.read_ipc_stream(folder / "checked.arrow"))


if __name__ == "__main__":
    place = Path(sys.argv[1])
    began = time.perf_counter()
    checked = read(place)
    print(f"{time.perf_counter() - began:.2f}")
    keep(checked, place)
