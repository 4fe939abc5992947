"""What makes a row's problem the same as that of the run before, whatever has moved around it."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from layersync.values.cell import canonical
from layersync.values.outcome import Word
from layersync.values.problem import Problem, Severity


def mark_of(
    key: str | None,
    word: Word,
    error_code: str | None,
    body: Mapping[str, object] | None,
    problems: Iterable[Problem],
) -> str:
    """Tells a row's problem by key, outcome, what the API said, and what was to be sent, else the cells at fault.

    Neither row numbers nor words count: rows move when others are put above them, and messages name rows. Nor do
    warnings and notices: some of them are told once. What is in quarantine has the body that the API refused.
    """
    cells = [[problem.header, problem.value] for problem in problems if problem.severity is Severity.ERROR]
    return sha256(canonical([key, word, error_code, body or cells]).encode()).hexdigest()
