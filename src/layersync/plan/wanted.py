"""The values that a run replaced, as a sheet would state them: what has to be read before they can be put back."""

from collections.abc import Sequence

import polars as pl

from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import CLEAR, encode_json, encode_text
from layersync.values.desired import Column, Desired, RowState
from layersync.values.grid import Grid, letter
from layersync.values.sent import Sent


def wanted_of(source: str, job: str, sent: Sequence[Sent], form: Resource) -> Desired:
    """Gives a sheet with a row for each change, under its row number, and a column for each API field that was sent."""
    fields = [field.name for field in form.fields if any(field.name in one.body for one in sent)]
    columns = tuple(Column(name, name, (), letter(at), name) for at, name in enumerate(fields, start=1))
    rows = pl.Series([one.row for one in sent], dtype=pl.UInt32)
    cells = {name: pl.Series([_cell(one, name, form) for one in sent], dtype=pl.String) for name in fields}
    return Desired(
        job=job,
        resource=form.name,
        key_field=form.id_field,
        key_letter=letter(0),
        grid=_grid(source, rows, form),
        columns=columns,
        rows=pl.DataFrame(
            {
                "_row": rows,
                "_line": rows,
                "_key": pl.Series([normal_id(one.id, ANY_ID) for one in sent], dtype=pl.String),
                "_key_text": pl.Series([one.id for one in sent], dtype=pl.String),
                "_state": pl.Series([RowState.OK.value] * len(sent), dtype=pl.String),
                **cells,
            }
        ),
        partial=True,
    )


def _cell(sent: Sent, name: str, form: Resource) -> str | None:
    if name not in sent.body:
        return None
    encode = encode_json if form.field(name).is_json else encode_text
    cell = encode((sent.before or {}).get(name))
    return CLEAR if cell is None else cell


def _grid(source: str, rows: pl.Series, form: Resource) -> Grid:
    """There is no sheet: nothing but the row numbers is known of one."""
    nowhere = pl.repeat(0, len(rows), dtype=pl.UInt64, eager=True)
    return Grid(
        source=source,
        tab=None,
        header=(form.id_field,),
        cells=pl.DataFrame({letter(0): pl.repeat("", len(rows), dtype=pl.String, eager=True)}),
        positions=pl.DataFrame({"row": rows, "line": rows, "start": nowhere, "end": nowhere}),
        raw=b"",
        header_span=(0, 0),
        encoding="utf-8",
        delimiter="",
        sha256="",
    )
