"""What makes a row's problem the same as that of the run before, whatever has moved around it."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from layersync.values.cell import canonical
from layersync.values.outcome import Outcome
from layersync.values.problem import Problem


def mark_of(key: str | None, outcome: Outcome, after: Mapping[str, object] | None, problems: Iterable[Problem]) -> str:
    """Tells a row's problem by key, outcome, what the API said, and the cells or the values that it is about.

    Neither row numbers nor words count: rows move when others are put above them, and messages name rows.
    """
    cells = [[problem.header, problem.value] for problem in problems]
    told = [key, outcome.word, outcome.error_code, cells or after]
    return sha256(canonical(told).encode()).hexdigest()
