"""A key that `--key` names, or a field of `--only-fields`, is a mistake only where no sheet has it."""

import pytest

from layersync.errors import UsageError
from layersync.sheet.sought import refuse_missing, refuse_missing_fields


@pytest.mark.parametrize(
    "missing", [[], [()], [("a",), ()], [("a",), ("b",)], [("a",), None], [None], [("a", "b"), ("a",), ("b",)]]
)
def test_a_key_that_some_sheet_has_or_may_have_is_no_mistake(missing: list[tuple[str, ...] | None]) -> None:
    refuse_missing(missing)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ([("a",)], '--key "a": no row of the sheet has this key'),
        ([("a", "b"), ("c", "b")], '--key "b": no row of any sheet has this key'),
    ],
)
def test_a_key_that_no_sheet_has_is_one(missing: list[tuple[str, ...]], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        refuse_missing(missing)


@pytest.mark.parametrize("missing", [[], [{}], [{"a": ""}, {}], [{"a": ""}, {"b": "c"}], [{"a": ""}, None], [None]])
def test_a_field_that_some_sheet_has_or_may_have_is_no_mistake(missing: list[dict[str, str] | None]) -> None:
    refuse_missing_fields(missing)


@pytest.mark.parametrize(
    ("missing", "said", "near"),
    [
        ([{"a": ""}], '--only-fields: the sheet has no column for "a"', ""),
        ([{"titel": "title"}], '--only-fields: the sheet has no column for "titel"', "did you mean title?"),
        ([{"a": "", "b": ""}, {"b": "bb"}], '--only-fields: no sheet has a column for "b"', "did you mean bb?"),
    ],
)
def test_a_field_that_no_sheet_has_is_one(missing: list[dict[str, str]], said: str, near: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        refuse_missing_fields(missing)
    assert refused.value.what_to_do == near
