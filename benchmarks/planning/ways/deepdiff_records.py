"""deepdiff, record by record."""

from pathlib import Path

from deepdiff import DeepDiff

from benchmarks.planning.ways.naive_dicts import live_by_id, rows


def find(folder: Path) -> set[tuple[str, str]]:
    """The first key of each path is the field."""
    live = live_by_id(folder)
    return {
        (str(row["id"]), str(path[0]))
        for row in rows(folder)
        for change in DeepDiff(row, live[str(row["id"])], view="tree").values()
        for path in (item.path(output_format="list") for item in change)
    }
