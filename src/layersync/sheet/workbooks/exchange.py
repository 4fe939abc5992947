"""What the child process is asked and what it answers: a line of JSON, then tables as Arrow streams."""

import io
import json
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from layersync.sheet.workbooks.facts import Range
from layersync.sheet.workbooks.unreadable import Unreadable

_TABLES: Final = ("cells", "numbers", "damage", "rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which tab, the number of its header row, and the bytes of text that it may hold."""

    tab: str | None
    header_row: int
    max_text: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One tab below its header row, blank rows left out.

    `header`: the header cells; `bad_headers`: the indexes of those that are damaged or an error value.
    `cells`, `numbers`, `damage`: as in `Combined`, with `at` a line of `cells`; `rows`: `row` UInt32, Excel's number.
    `merged`: merged ranges that touch the header or the rows. `hidden_rows` counts rows with content,
    `hidden_columns` lists indexes. `stale_formulas` counts formulas whose values the file itself does not trust.
    """

    tab: str
    hidden_tab: bool
    header: list[str]
    bad_headers: list[int]
    merged: list[Range]
    hidden_rows: int
    hidden_columns: list[int]
    stale_formulas: int
    blank_rows: int
    cells: pl.DataFrame
    numbers: pl.DataFrame
    damage: pl.DataFrame
    rows: pl.DataFrame


def write_answer(answer: Answer) -> bytes:
    """Writes an answer."""
    tables = [_stream(getattr(answer, name)) for name in _TABLES]
    told = {name: getattr(answer, name) for name in Answer.__dataclass_fields__ if name not in _TABLES}
    head = json.dumps({**told, "sizes": [len(table) for table in tables]})
    return b"\n".join((head.encode(), b"".join(tables)))


def write_refusal(reason: Unreadable) -> bytes:
    """Writes why there is no answer."""
    place = {"tab": reason.tab, "row": reason.row, "column": reason.column}
    return json.dumps({"refused": [reason.message, reason.what_to_do], **place}).encode()


def read_answer(written: bytes) -> Answer:
    """Reads what the functions above wrote; raises Unreadable for a refusal."""
    head, _, body = written.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    if "refused" in told:
        message, what_to_do = told.pop("refused")
        raise Unreadable(message, what_to_do, **told)
    tables, begin = [], 0
    for size in told.pop("sizes"):
        tables.append(pl.read_ipc_stream(io.BytesIO(body[begin : begin + size])))
        begin += size
    told["merged"] = [Range(*ends) for ends in told["merged"]]
    told.update(zip(_TABLES, tables, strict=True))
    return Answer(**told)


def _stream(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_ipc_stream(buffer)
    return buffer.getvalue()
