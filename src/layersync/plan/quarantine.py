"""Changes that the API refused before, with the same content: not sent again, and told as what they are.

A mark covers what is sent and what it was made from: another cell, a record that changed, or another version of
layersync (whose memory is its own) makes another change of it, and that one is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from layersync.plan.decide import Decision
from layersync.plan.placing import key_column, problem_at
from layersync.values.cell import canonical
from layersync.values.change import Change
from layersync.values.desired import Column, Desired
from layersync.values.plan import PlanState
from layersync.values.refusal import Refusal

QUARANTINED = "quarantined"


def mark_of(change: Change) -> str:
    """Tells a change by its content: SHA-256 over resource, record, stamp, body and the live values behind it."""
    content = [change.resource, change.id, change.stamp, change.patch, change.base]
    return sha256(canonical(content).encode()).hexdigest()


def quarantine(
    decisions: Iterable[Decision], refused: Mapping[str, Refusal], desired: Desired
) -> tuple[list[Decision], dict[int, Refusal]]:
    """Takes back the changes among `refused` (by mark). Gives all decisions, and what was taken back by row."""
    settled = []
    found: dict[int, Refusal] = {}
    for decision in decisions:
        change = decision.change
        refusal = refused.get(mark_of(change)) if refused and change is not None else None
        if change is None or refusal is None:
            settled.append(decision)
        else:
            found[decision.row] = replace(refusal, patch=change.patch)
            problem = problem_at(
                decision.row,
                _column_of(change, desired),
                desired,
                f"{QUARANTINED} since {refusal.since:%Y-%m-%d}: the API refused this change: {refusal.message}",
                "correct the row, or send it all the same: --retry-quarantined",
            )
            settled.append(replace(decision, state=PlanState.REFUSED, change=None, problems=(problem,)))
    return settled, found


def _column_of(change: Change, desired: Desired) -> Column:
    letter = change.edits[0].letter
    return next((column for column in desired.columns if column.letter == letter), key_column(desired))
