"""DuckDB: a full join, IS DISTINCT FROM on every column, exact comparison of what is left."""

import json
from pathlib import Path

import duckdb

from benchmarks.planning.data import FIELDS


def find(folder: Path) -> set[tuple[str, str]]:
    """Metadata is JSON text here, so this would do for free-form objects, too."""
    text = {name: "JSON" if name == "metadata" else "VARCHAR" for name in FIELDS}
    columns = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in text.items()) + "}"
    differs = " or ".join(f's."{name}" is distinct from l."{name}"::varchar' for name in FIELDS)
    both = ", ".join(f's."{name}", l."{name}"::varchar' for name in FIELDS)
    lines = duckdb.sql(
        f"""select {both} from read_csv('{folder}/sheet.csv', all_varchar = true, header = true) s
        join read_json('{folder}/live.ndjson', format = 'newline_delimited', columns = {columns}) l using (id)
        where {differs}"""  # noqa: S608  our own names
    ).fetchall()
    return {
        (line[0], name)
        for line in lines
        for at, name in enumerate(FIELDS)
        if not _same(name, line[2 * at], line[2 * at + 1])
    }


def _same(name: str, cell: str | None, live: str | None) -> bool:
    if name == "metadata" and cell and live:
        return bool(json.loads(cell) == json.loads(live))
    return (cell or None) == (live or None)
