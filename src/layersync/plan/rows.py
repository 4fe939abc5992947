"""The state of every row of a sheet, as one frame."""

from collections.abc import Iterable, Sequence

import polars as pl

from layersync.plan.decide import Decision
from layersync.resources.resource import Resource
from layersync.values.desired import Desired, RowState
from layersync.values.live import Live
from layersync.values.plan import PlanState
from layersync.values.problem import Problem, Severity

_SAID = {"row": pl.UInt32, "cell": pl.String, "message": pl.String, "what_to_do": pl.String}


def rows_of(
    desired: Desired,
    live: Live,
    matched: pl.DataFrame,
    decisions: Sequence[Decision],
    problems: Sequence[Problem],
    form: Resource,
) -> pl.DataFrame:
    """Gives the frame that `Plan.rows` describes; `problems` are all of them, decisions included."""
    nobody = pl.Series([None], dtype=pl.UInt32).new_from_index(0, len(desired.rows))
    at = nobody.scatter(matched["_index"], matched["_at"]) if len(matched) else nobody
    records = live.records.select(pl.col("_id").alias("id"), pl.col("_name").alias("name"))
    states = pl.DataFrame(
        {"row": [one.row for one in decisions], "decided": [one.state.value for one in decisions]},
        schema={"row": pl.UInt32, "decided": pl.String},
    )
    found = (
        desired.rows.select("_key", "_state", row="_row", line="_line", key="_key_text")
        .with_columns(at.alias("_at"), *(column.rechunk().gather(at) for column in records))
        .join(states, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("decided", _state(live)).alias("state"))
        .join(_said(problems), on="row", how="left", maintain_order="left")
    )
    unknown = pl.col("state") == PlanState.NOT_FOUND.value
    absent = pl.lit(f"no {form.noun} has this {desired.key_field}")
    advice = pl.lit(f"check the {desired.key_field}: archived, deleted, or of another organisation?")
    return found.select(
        *("row", "line", "key", "id", "name", "state", "cell"),
        pl.when(unknown).then(absent).otherwise("message").alias("message"),
        pl.when(unknown).then(advice).otherwise("what_to_do").alias("what_to_do"),
    )


def undecided_rows(desired: Desired, problems: Sequence[Problem], message: str, what_to_do: str) -> pl.DataFrame:
    """Gives that frame for a sheet that no live record was held against; `message` says why of each usable row."""
    alone = pl.col("_state")
    ended = pl.col("state") == PlanState.NOT_ATTEMPTED.value
    state = (
        pl.when(alone == RowState.SKIPPED.value)
        .then(pl.lit(PlanState.SKIPPED.value))
        .when(alone == RowState.OK.value)
        .then(pl.lit(PlanState.NOT_ATTEMPTED.value))
        .otherwise(pl.lit(PlanState.INVALID.value))
    )
    nobody = pl.lit(None, dtype=pl.String)
    return (
        desired.rows.select(
            nobody.alias("id"), nobody.alias("name"), row="_row", line="_line", key="_key_text", state=state
        )
        .join(_said(problems), on="row", how="left", maintain_order="left")
        .select(
            *("row", "line", "key", "id", "name", "state", "cell"),
            pl.when(ended).then(pl.lit(message)).otherwise("message").alias("message"),
            pl.when(ended).then(pl.lit(what_to_do)).otherwise("what_to_do").alias("what_to_do"),
        )
    )


def unknown_rows(desired: Desired, matched: pl.DataFrame, live: Live) -> int:
    """Counts the usable rows that no live record answers to."""
    states = desired.rows["_state"]
    usable = ((states == RowState.OK.value) | (states == RowState.LIMIT.value)).sum()
    ambiguous = desired.rows["_key"].is_in(list(live.ambiguous)).sum() if live.ambiguous else 0
    return int(usable) - len(matched) - int(ambiguous)


def _state(live: Live) -> pl.Expr:
    """What a row is when nothing more was decided: by the sheet alone, then by whether a record answers to it."""
    alone, absent = pl.col("_state"), pl.col("_at").is_null()
    ambiguous = pl.col("_key").is_in(list(live.ambiguous))
    return (
        pl.when(alone == RowState.SKIPPED.value)
        .then(pl.lit(PlanState.SKIPPED.value))
        .when((alone == RowState.INVALID.value) | (absent & ((alone == RowState.LIMIT.value) | ambiguous)))
        .then(pl.lit(PlanState.INVALID.value))
        .when(absent)
        .then(pl.lit(PlanState.NOT_FOUND.value))
        .otherwise(pl.lit(PlanState.UNCHANGED.value))
    )


def _said(problems: Iterable[Problem]) -> pl.DataFrame:
    """The first error of each row, in the words of the problem."""
    first: dict[int, Problem] = {}
    for problem in problems:
        if problem.severity is Severity.ERROR and problem.row is not None:
            first.setdefault(problem.row, problem)
    lines = [
        {"row": row, "cell": problem.cell, "message": problem.message, "what_to_do": problem.what_to_do}
        for row, problem in first.items()
    ]
    return pl.DataFrame(lines, schema=_SAID)
