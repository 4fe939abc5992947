"""Which row and field `--explain KEY[:FIELD]` means."""

import pytest

from layersync.errors import UsageError
from layersync.sheet.asked import question_of, unknown_key
from layersync.values.explanation import Question
from tests.plan.build import PROJECTS, an_id, desired

BY_ID = desired(PROJECTS, [{"id": an_id(number), "tagline": "x", "metadata.a": "y"} for number in range(3)])
OWN_KEYS = ["acme", "acme:eu", "beta:tagline"]
BY_OWN = desired(PROJECTS, [{"customerExternalId": key, "tagline": "x"} for key in OWN_KEYS], key="customerExternalId")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (an_id(1), Question((3,))),
        (f"prj_{an_id(1).upper()}", Question((3,))),
        (f" {an_id(1)} ", Question((3,))),
        (f"{an_id(1)}:tagline", Question((3,), "tagline")),
        (f"{an_id(1)}:TagLine", Question((3,), "tagline")),
        (f"{an_id(1)}:metadata.a", Question((3,), "metadata.a")),
        (f"{an_id(1)}:metadata", Question((3,), "metadata")),
        (f"{an_id(1)}:timezone", Question((3,), "timezone")),
        (an_id(9), None),
        ("", None),
        (":tagline", None),
    ],
)
def test_a_row_is_named_by_its_key_and_a_field_behind_a_colon(text: str, question: Question | None) -> None:
    assert question_of(text, BY_ID, PROJECTS) == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("acme", Question((2,))),
        ("acme:eu", Question((3,))),
        ("acme:eu:tagline", Question((3,), "tagline")),
        ("acme:tagline", Question((2,), "tagline")),
        ("beta:tagline", Question((4,))),
    ],
)
def test_a_key_may_hold_colons_itself(text: str, question: Question) -> None:
    assert question_of(text, BY_OWN, PROJECTS) == question


@pytest.mark.parametrize(
    ("field", "near"), [("taglin", "did you mean tagline?"), ("time_zone", "did you mean timezone?"), ("xyzzy", "")]
)
def test_a_field_that_nobody_knows_is_refused_with_the_nearest(field: str, near: str) -> None:
    with pytest.raises(UsageError, match="is no field of projects") as refused:
        question_of(f"{an_id(1)}:{field}", BY_ID, PROJECTS)
    assert refused.value.what_to_do == near


def test_a_key_that_no_sheet_has_is_told_with_the_nearest() -> None:
    assert an_id(2)[:-1] in unknown_key(an_id(2)[:-1] + "9", [BY_ID]).what_to_do
    error = unknown_key("acmee:tagline", [BY_ID, BY_OWN])
    assert error.message == '--explain "acmee:tagline": no row of any sheet has this key'
    assert error.what_to_do == "did you mean acme?"
