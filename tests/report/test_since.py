"""What makes a row's problem the same as that of the run before."""

from layersync.report.since import mark_of
from layersync.values.outcome import Word
from layersync.values.problem import Problem, Severity

BODY = {"tagline": "no"}
WRONG = Problem(message="no such zone", header="timezone", value="Mars", row=2)
ONCE = Problem(message="F2 was emptied", severity=Severity.NOTICE, header="tagline", value="", row=2)


def test_what_is_told_once_beside_a_problem_does_not_make_it_another() -> None:
    assert mark_of("1", Word.FAILED, None, BODY, [ONCE]) == mark_of("1", Word.FAILED, None, BODY, [])
    assert mark_of("1", Word.INVALID, None, None, [ONCE, WRONG]) == mark_of("1", Word.INVALID, None, None, [WRONG])


def test_another_cell_outcome_code_body_or_row_makes_it_another() -> None:
    marks = {
        mark_of("1", Word.REFUSED, "VALIDATION", BODY, []),
        mark_of("2", Word.REFUSED, "VALIDATION", BODY, []),
        mark_of("1", Word.FAILED, "VALIDATION", BODY, []),
        mark_of("1", Word.REFUSED, "CONFLICT", BODY, []),
        mark_of("1", Word.REFUSED, "VALIDATION", {"tagline": "neither"}, []),
        mark_of("1", Word.INVALID, None, None, [WRONG]),
        mark_of("1", Word.INVALID, None, None, []),
    }
    assert len(marks) == 7
