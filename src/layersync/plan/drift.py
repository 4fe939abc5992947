"""Three ways: what the sheet says, what is live, and what both last agreed on, for the cells that differ.

A cell that sheet and live changed to the same value is no drift, so only cells that differ can have drifted: none of
the others is looked at, and a sheet of any size costs no more than its differences.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from layersync.plan.edits import Comparison, edits_of
from layersync.plan.record_id import record_ids
from layersync.resources.resource import Generation, Resource
from layersync.values.change import Edit
from layersync.values.desired import Column
from layersync.values.drift import Drift, DriftRules, OnDrift
from layersync.values.leaves import leaves
from layersync.values.live import Live
from layersync.values.words import in_words

Cells = Mapping[str, str | None]

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is left to send of a row, and what of it drifted."""

    compared: Comparison
    drifts: tuple[Drift, ...]

    @property
    def held(self) -> tuple[Drift, ...]:
        """The cells that hold the row."""
        return tuple(drift for drift in self.drifts if drift.rule is OnDrift.HOLD)


def last_agreed(
    matched: pl.DataFrame, columns: Iterable[Column], key_field: str, live: Live, ledger: pl.DataFrame, form: Resource
) -> pl.DataFrame:
    """Gives what the ledger holds for each line of `matched` (`diff.matched_rows`).

    One String column for each of `columns` that the ledger knows, null where nothing was agreed; without any, no lines.
    """
    known = [column.path for column in columns if column.path in ledger.columns]
    records = live.records.select(pl.col("_id", "_key").gather(matched["_at"]))
    wanted = pl.DataFrame([record_ids(records["_id"], records["_key"], key_field, form)])
    places = ledger.select("_id").with_row_index("_place")
    at = wanted.join(places, on="_id", how="left", maintain_order="left")["_place"]
    return ledger.select(pl.col(known).gather(at))


def weigh(
    row: int,
    compared: Comparison,
    agreed: Cells,
    columns: Sequence[Column],
    form: Resource,
    generation: Generation | None,
    rules: DriftRules,
) -> Weighed:
    """Finds the edits whose live value drifted from `agreed` (cells by path), and takes out those that keep it."""
    if not agreed:
        return Weighed(compared, ())
    drifts = tuple(_drifts(row, compared, agreed, columns, form, generation, rules))
    kept = {drift.field for drift in drifts if drift.rule is OnDrift.KEEP}
    edits = tuple(edit for edit in compared.edits if edit.path not in kept)
    return Weighed(replace(compared, edits=edits), drifts)


def told(drift: Drift) -> str:
    """Says who moved: for the message of a row that is held."""
    then, now, wanted = (in_words(value, _SHOWN) for value in (drift.last_agreed, drift.live, drift.desired))
    return f"{drift.field}: live changed from {then} to {now} since the last run; the sheet says {wanted}"


def _drifts(
    row: int,
    compared: Comparison,
    agreed: Cells,
    columns: Sequence[Column],
    form: Resource,
    generation: Generation | None,
    rules: DriftRules,
) -> Iterator[Drift]:
    for column in columns:
        mine: dict[str, Edit] = {edit.path: edit for edit in compared.edits if edit.letter == column.letter}
        cell = agreed.get(column.path) if mine else None
        if cell is None:
            continue
        for back in edits_of(column, cell, compared.record, form, generation):
            if edit := mine.get(back.path):
                yield Drift(
                    row=row,
                    field=edit.path,
                    letter=column.letter,
                    last_agreed=back.after,
                    live=edit.before,
                    desired=edit.after,
                    rule=rules.of_all(_moved(edit, back)),
                )


def _moved(edit: Edit, back: Edit) -> list[str]:
    """The places inside a value whose live value drifted: an object that is sent as a whole has rules for its keys."""
    return [place for place, _ in leaves(edit.path, back.after, edit.before)] or [edit.path]
