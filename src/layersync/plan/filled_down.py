"""Notices a column that gets one new value in nearly all changed rows: a cell may have been filled down."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from layersync.values.change import Change, Edit
from layersync.values.desired import Desired
from layersync.values.problem import Problem, Severity
from layersync.values.words import in_words

_TENTHS = 9  # in more than nine tenths of the changed rows
_FEWEST = 2  # one row is filled down from nowhere
_SHOWN = 60


def filled_down(changes: Sequence[Change], min_rows: int, desired: Desired) -> Iterator[Problem]:
    """Gives a warning for each such path (contract, section 6); none for fewer than `min_rows` changed rows."""
    if len(changes) < max(_FEWEST, min_rows):
        return
    edits: defaultdict[str, list[Edit]] = defaultdict(list)
    for change in changes:
        for edit in change.edits:
            edits[edit.path].append(edit)
    for path, found in edits.items():
        usual = _usual(found)
        count = sum(edit.after == usual.after for edit in found)
        if count * 10 > len(changes) * _TENTHS:
            told = f"{path} becomes {in_words(usual.after, _SHOWN)} in {count:,} of {len(changes):,} changed rows"
            yield _warning(f"{told}: was a cell filled down?", usual, desired)


def _usual(edits: Sequence[Edit]) -> Edit:
    """An edit to the value that more than half of them have, if there is one: the one left over by pairing off."""
    left, surplus = edits[0], 0
    for edit in edits:
        if not surplus:
            left = edit
        surplus += 1 if edit.after == left.after else -1
    return left


def _warning(message: str, edit: Edit, desired: Desired) -> Problem:
    headers = {column.letter: column.header for column in desired.columns}
    return Problem(
        message=message,
        what_to_do="look at a few of these rows before you go on",
        severity=Severity.WARNING,
        source=desired.grid.source,
        tab=desired.grid.tab,
        column=edit.letter or None,
        header=headers.get(edit.letter),
    )
