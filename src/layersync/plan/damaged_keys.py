"""Rows whose key is no longer that of any record, where the live keys tell which one it likely was."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from layersync.plan.decide import Decision
from layersync.plan.placing import key_column, problem_at
from layersync.values.desired import Desired, RowState
from layersync.values.live import Live, Original
from layersync.values.plan import PlanState
from layersync.values.problem import Problem

_NAMED = 3


def refused_keys(desired: Desired, live: Live, matched: pl.DataFrame) -> Iterator[Decision]:
    """Refuses the usable rows that no record answers to and whose key is likely the remains of a live one."""
    originals = _by_text(live.originals)
    if not originals:
        return
    rows = desired.rows.select("_row", "_key", "_state").with_row_index("_index").join(matched, on="_index", how="anti")
    usable = rows.filter(pl.col("_state").is_in([RowState.OK.value, RowState.LIMIT.value]))
    for row, key in usable.filter(pl.col("_key").is_in(list(originals))).select("_row", "_key").iter_rows():
        message = f"the key was damaged by the spreadsheet: {originals[key][0].how}"
        problem = problem_at(row, key_column(desired), desired, message, likely(originals[key]))
        yield Decision(row, PlanState.INVALID, problems=(problem,))


def advised(problems: Iterable[Problem], desired: Desired, live: Live) -> Iterator[Problem]:
    """Adds to what the sheet alone said of a damaged key which one it likely was."""
    originals = _by_text(live.originals)
    for problem in problems:
        found = originals.get((problem.value or "").strip()) if problem.column == desired.key_letter else None
        yield replace(problem, what_to_do=likely(found)) if found else problem


def example(original: Original) -> str:
    """Shows by one key what happened to many."""
    return f'"{original.text}" is likely "{original.key}": format the column as text and enter the keys again'


def likely(originals: Sequence[Original]) -> str:
    """Names the likely originals of one key."""
    named = " or ".join(f'"{one.key}"' + (f" ({one.name})" if one.name else "") for one in originals[:_NAMED])
    return f"it is likely {named}: format the column as text and enter it again"


def _by_text(originals: Iterable[Original]) -> dict[str, list[Original]]:
    by_text: dict[str, list[Original]] = defaultdict(list)
    for one in originals:
        by_text[one.text].append(one)
    return dict(by_text)
