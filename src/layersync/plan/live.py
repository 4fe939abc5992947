"""Live records as columns: the form in which they meet the sheet."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.cell import ABSENT, encode_json, encode_text
from layersync.values.desired import Column, Role
from layersync.values.live import Fetched, Live, Reading

_MISSING = object()


def live_of(reading: Reading, columns: Sequence[Column], form: Resource) -> Live:
    """Turns what was read into the columns that the sheet names (see `Live.records` for their names and dtypes)."""
    fetched = list(reading.records.values())
    frame: dict[str, pl.Series] = {
        "_key": pl.Series(list(reading.records), dtype=pl.String),
        "_id": _texts(fetched, form.id_field),
        "_name": _texts(fetched, "name"),
        "_generation": pl.Series([_generation(one.record, form) for one in fetched], dtype=pl.String),
        "_read_at": pl.Series([one.read_at for one in fetched], dtype=pl.Float64),
    }
    for field, encode in _encoders(columns, form).items():
        frame[field] = pl.Series([_encoded(one.record, field, encode) for one in fetched], dtype=pl.String)
    return Live(
        resource=form.name,
        records=pl.DataFrame(frame),
        missing=reading.missing,
        ambiguous=reading.ambiguous,
    )


def _encoders(columns: Sequence[Column], form: Resource) -> dict[str, Callable[[object], str | None]]:
    encoders: dict[str, Callable[[object], str | None]] = {}
    for column in columns:
        if column.role is Role.IDENTITY:
            encoders[column.field] = lambda value: normal_id(str(value), ANY_ID)
        else:
            encoders[column.field] = encode_json if form.field(column.field).is_json else encode_text
    return encoders


def _encoded(record: Mapping[str, object], field: str, encode: Callable[[object], str | None]) -> str | None:
    value = record.get(field, _MISSING)
    return ABSENT if value is _MISSING else encode(value)


def _generation(record: Mapping[str, object], form: Resource) -> str | None:
    generation = form.generation(record)
    return None if generation is None else generation.name


def _texts(fetched: Sequence[Fetched], field: str) -> pl.Series:
    return pl.Series([encode_text(one.record.get(field)) for one in fetched], dtype=pl.String)
