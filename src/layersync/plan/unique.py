"""Unique values: which rows cannot have the value that they claim, and why (contract, section 5).

A value can be claimed when nobody holds it, or when a row that is sent before gives it up. So a row that is not sent
holds back those that wait for its value, and those that wait for theirs: decided here down to the last of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from layersync.plan.decide import Decision
from layersync.plan.duplicates import duplicates_in, named
from layersync.plan.holders import unique_columns
from layersync.plan.keepers import Keeper, keepers_of, told
from layersync.plan.moves import Move, behind, circles, links, moves_of
from layersync.plan.placing import problem_at
from layersync.resources.resource import Resource
from layersync.values.desired import Column, Desired, RowState
from layersync.values.live import Holder, Live
from layersync.values.plan import PlanState
from layersync.values.problem import Problem

_Verdicts = dict[int, tuple[PlanState, Problem]]


def settle_unique(
    decisions: Sequence[Decision], desired: Desired, live: Live, holders: Sequence[Holder], form: Resource
) -> tuple[list[Decision], tuple[Problem, ...]]:
    """Takes back the changes that the API would refuse for a value in use.

    Gives all decisions, and what is to be said of rows that are not sent for another reason already.
    """
    columns = unique_columns(desired, form)
    moves = tuple(moves_of((one.change for one in decisions if one.change is not None), form) if columns else ())
    if all(move.takes is None for move in moves):
        return list(decisions), ()
    verdicts: _Verdicts = {}
    for column in columns:
        mine = [move for move in moves if move.field == column.field]
        _refuse_duplicates(verdicts, column, mine, desired, form)
        _refuse_taken(verdicts, column, mine, desired, live, holders, form)
    _hold_waiting(verdicts, moves, columns, desired)
    return _with(verdicts, decisions, desired)


def _refuse_duplicates(
    verdicts: _Verdicts, column: Column, moves: Iterable[Move], desired: Desired, form: Resource
) -> None:
    claimed = {move.takes for move in moves if move.takes is not None}
    for problem in duplicates_in(column, desired, form, claimed):
        assert problem.row is not None  # noqa: S101  it stands at a cell
        verdicts.setdefault(problem.row, (PlanState.INVALID, problem))


def _refuse_taken(
    verdicts: _Verdicts,
    column: Column,
    moves: Sequence[Move],
    desired: Desired,
    live: Live,
    holders: Sequence[Holder],
    form: Resource,
) -> None:
    """Values that stay where they are: the holder's row states no other value, or cannot be sent, or there is none."""
    claims = {move.row: move.takes for move in moves if move.takes is not None and move.row not in verdicts}
    giving = {move.row for move in moves}
    keepers = keepers_of(column, set(claims.values()), desired, live, holders)
    for row, value in claims.items():
        others = [keeper for keeper in keepers.get(value, ()) if keeper.row != row]
        if len(others) != 1 or others[0].row not in giving:
            verdicts.update((row, verdict) for verdict in _taken(row, column, others, desired, form))


def _taken(
    row: int, column: Column, others: Sequence[Keeper], desired: Desired, form: Resource
) -> Iterator[tuple[PlanState, Problem]]:
    if not others:
        return
    who = " and ".join(told(keeper, form.noun) for keeper in others[:2])
    message = f"{who} {'has' if len(others) == 1 else 'have'} this {column.field}"
    if len(others) == 1 and others[0].would_move:
        stays = f"{message}: row {others[0].row} states another one, which is not sent"
        yield PlanState.HELD, problem_at(row, column, desired, stays, f"see to row {others[0].row} first")
    else:
        advice = f"no two {form.noun}s may share it: take another value, or change that {form.noun} first"
        yield PlanState.INVALID, problem_at(row, column, desired, message, advice)


def _hold_waiting(verdicts: _Verdicts, moves: Sequence[Move], columns: Sequence[Column], desired: Desired) -> None:
    """Rows that wait for one that is not sent, and rows that wait for each other."""
    waits = links(moves)
    at = _columns_of(moves, columns)
    _hold_behind(verdicts, waits, at, desired)
    free = {row: rows for row, rows in waits.items() if row not in verdicts}
    for circle in circles(free):
        verb = "swap" if len(circle) == 2 else "pass on in a circle"
        for row in circle:
            message = f"{named(sorted(circle))} {verb} their {at[row].field}: the API refuses the first of them"
            problem = problem_at(row, at[row], desired, message, "give one of them another value first, then run again")
            verdicts[row] = PlanState.HELD, problem
    _hold_behind(verdicts, waits, at, desired)


def _hold_behind(
    verdicts: _Verdicts, waits: Mapping[int, Sequence[int]], at: Mapping[int, Column], desired: Desired
) -> None:
    for row, other in behind(verdicts, waits).items():
        message = f"row {other} has this {at[row].field} and does not give it up: it is {verdicts[other][0]}"
        verdicts[row] = PlanState.HELD, problem_at(row, at[row], desired, message, f"see to row {other} first")


def _columns_of(moves: Iterable[Move], columns: Iterable[Column]) -> dict[int, Column]:
    """The column of the value that a row claims, by row."""
    by_field = {column.field: column for column in columns}
    return {move.row: by_field[move.field] for move in moves if move.takes is not None}


def _with(
    verdicts: _Verdicts, decisions: Iterable[Decision], desired: Desired
) -> tuple[list[Decision], tuple[Problem, ...]]:
    left = dict(verdicts)
    settled = []
    extra = []
    for decision in decisions:
        verdict = left.pop(decision.row, None)
        if verdict is not None and decision.state in {PlanState.CHANGE, PlanState.UNCHANGED}:
            settled.append(replace(decision, state=verdict[0], change=None, problems=(verdict[1],)))
        else:
            settled.append(decision)
            extra += [verdict[1]] if verdict is not None else []
    usable = _usable(left, desired)
    settled += [Decision(row, state, problems=(problem,)) for row, (state, problem) in left.items() if row in usable]
    extra += [problem for row, (_, problem) in left.items() if row not in usable]
    return settled, tuple(extra)


def _usable(rows: Iterable[int], desired: Desired) -> set[int]:
    states = dict(desired.rows.select("_row", "_state").filter(desired.rows["_row"].is_in(list(rows))).iter_rows())
    return {row for row, state in states.items() if state != RowState.INVALID.value}
