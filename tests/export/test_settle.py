"""An exported sheet plans to no changes, whatever the records hold, and tells every cell that it left blank."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layersync.export.draft import Draft
from layersync.plan.patch import value_at
from layersync.resources.resource import Resource
from tests.export.sheets import cells, draft_for, plan_for, rules_for
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, influencer, project

Record = dict[str, object]


def assert_plans_nothing(draft: Draft, form: Resource, records: list[Record], **more: object) -> None:
    made = plan_for(draft, form, records, **more)
    assert made.changes == ()
    assert set(made.rows["state"]) <= {"unchanged"}


HAZARDS = [
    # text, what is said of it; None: nothing, the cell holds it
    ("#N/A", "the cell holds an error value of the spreadsheet"),
    ("CafÃ©", "the text was read in a wrong encoding before it came here"),
    ("bell\x07", "the cell holds a control character (U+0007)"),
    ("two\r\nlines", "it would be read back as something else"),
    ("\u200b", "the cell looks blank but holds characters that cannot be seen"),
    (" <clear> ", "it would be read back as something else"),
    ("< clear >", "the cell is almost <clear>"),
    ("half \ud83d", "no cell can hold this value"),
    (5, "it would be read back as something else"),
    ("<clear>", None),
    ("\\<clear>", None),
    ("=HYPERLINK(1)", None),
    ("'quoted", None),
    (" padded ", None),
    ("cafe\u0301", None),
    ("1e5", None),
    ('"quotes", commas; bars|', None),
    ("two\nlines", None),
    ("", None),
    ("   ", None),
]


@pytest.mark.parametrize(("text", "said"), HAZARDS, ids=[repr(one[0]) for one in HAZARDS])
def test_a_text_is_held_exactly_or_left_blank_and_told(text: object, said: str | None) -> None:
    record = influencer(1, voiceDescription=text, vibe="beside it")
    draft = draft_for(INFLUENCERS, [record])
    assert [(one.record, one.path, one.why) for one in draft.left_out] == (
        [] if said is None else [(record["influencerId"], "voiceDescription", said)]
    )
    assert (cells(draft, "voiceDescription") == [""]) == (said is not None or text == "")
    assert cells(draft, "vibe") == ["beside it"]
    assert_plans_nothing(draft, INFLUENCERS, [record])


def test_words_that_the_field_does_not_declare_are_left_blank_and_told() -> None:
    records: list[Record] = [
        project(1, brandVoice="shouting"),
        project(2, brandVoice="warm"),
        project(3, timezone="Mars"),
    ]
    draft = draft_for(PROJECTS, records)
    assert cells(draft, "brandVoice") == ["", "warm", ""]
    assert {(one.record, one.path) for one in draft.left_out} == {(an_id(1), "brandVoice"), (an_id(3), "timezone")}


def test_a_value_beyond_todays_limits_is_held() -> None:
    record = project(1, name="x" * 60, tagline="y" * 200, appDescription="short")
    draft = draft_for(PROJECTS, [record])
    assert draft.left_out == ()
    assert cells(draft, "name") == ["x" * 60]
    assert_plans_nothing(draft, PROJECTS, [record])


def test_records_without_the_key_or_with_one_that_another_has_are_left_out_and_told() -> None:
    records: list[Record] = [
        project(number, customerExternalId=key) for number, key in enumerate(("a", None, "b", "b", "1E+05"))
    ]
    draft = draft_for(PROJECTS, records, key="customerExternalId")
    assert cells(draft, "customerExternalId") == ["a"]
    assert sorted(one.record or "" for one in draft.left_out) == ["1E+05", "Project 1", "b", "b"]
    assert {one.path for one in draft.left_out} == {None}


def test_a_key_that_looks_like_a_clear_token_is_still_a_key() -> None:
    records: list[Record] = [project(1, customerExternalId="<clear>"), project(2, customerExternalId="\\<clear>")]
    draft = draft_for(PROJECTS, records, key="customerExternalId")
    assert cells(draft, "customerExternalId") == ["<clear>", "\\<clear>"]
    assert_plans_nothing(draft, PROJECTS, records, key="customerExternalId")


def test_a_key_that_no_cell_leads_back_to_is_left_out() -> None:
    records: list[Record] = [project(1, customerExternalId=" a "), project(2, customerExternalId="cafe\u0301")]
    draft = draft_for(PROJECTS, records, key="customerExternalId")
    assert cells(draft, "customerExternalId") == ["cafe\u0301"]
    assert_plans_nothing(draft, PROJECTS, records[1:], key="customerExternalId")


def test_a_key_that_is_no_text_at_all_is_left_out_and_told() -> None:
    records = [project(1, customerExternalId="\ud83d"), project(2, customerExternalId="b")]
    draft = draft_for(PROJECTS, records, key="customerExternalId")
    assert cells(draft, "customerExternalId") == ["b"]
    assert "Project 1" in [one.record for one in draft.left_out]
    assert_plans_nothing(draft, PROJECTS, records, key="customerExternalId")


def test_an_object_with_a_key_that_no_header_can_hold_is_left_blank_and_told() -> None:
    records = [project(1, metadata={"\ud83d": False}), project(2, metadata={"crm": "b"})]
    draft = draft_for(PROJECTS, records)
    assert "metadata" in [one.path for one in draft.left_out]
    assert_plans_nothing(draft, PROJECTS, records)


def test_a_sheet_none_of_whose_records_has_the_key_is_only_headers() -> None:
    draft = draft_for(PROJECTS, [project(1)], key="customerExternalId")
    assert draft.rows == ()
    assert len(draft.left_out) == 1


def test_the_rows_above_the_header_are_blank() -> None:
    records: list[Record] = [project(1, tagline="x")]
    assert_plans_nothing(draft_for(PROJECTS, records, header_row=4), PROJECTS, records, header_row=4)


HAZARDOUS = [
    "",
    "a",
    "5",
    "true",
    "null",
    "<clear>",
    "\\<CLEAR>",
    "cafe\u0301",
    "#REF!",
    "[1]",
    '{"a":1}',
    "x\ny",
    "x\r\ny",
]
WORDS = ["\u200b", "  ", "=1+1", "a|b", "\ud83d", "\u00c3\u00bc", "active", "female", "Europe/Berlin"]
TEXT = st.one_of(st.sampled_from([*HAZARDOUS, *WORDS]), st.text(max_size=6))
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-3, 6), st.floats(allow_nan=False, allow_infinity=False), TEXT)
KEY = st.one_of(
    st.sampled_from(["a", "b", "partner", "caf\u00e9", "cafe\u0301", "a.b", " ", "", "A", "tone", "Tone"]), TEXT
)
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEY, inner, max_size=2), max_leaves=4
)
OBJECT = st.one_of(st.none(), st.dictionaries(KEY, SCALAR, max_size=3), st.dictionaries(KEY, JSON, max_size=3))
PERSON = st.fixed_dictionaries(
    {}, optional={"traits": st.lists(TEXT, max_size=3), "tone": TEXT, "humor": SCALAR, "motto": JSON, "Tone": TEXT}
)
PROJECT = st.fixed_dictionaries(
    {"name": SCALAR, "tagline": TEXT, "appDescription": TEXT},
    optional={"metadata": OBJECT, "brandVoice": TEXT, "customerExternalId": st.one_of(st.none(), TEXT)},
)
PERSONA = st.fixed_dictionaries({"vibe": SCALAR, "gender": TEXT}, optional={"personality": PERSON | OBJECT})


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Resource, list[Record], Mapping[str, object]]:
    """A resource, its live records, and what is special in the job's rules."""
    more = draw(st.sampled_from([{}, {"key": "customerExternalId"}, {"clear_token": "null", "list_separator": ";"}]))
    if draw(st.booleans()) or "key" in more:
        fields = draw(st.lists(PROJECT, min_size=1, max_size=3))
        return PROJECTS, [project(number, **one) for number, one in enumerate(fields)], more
    people = draw(st.lists(PERSONA, min_size=1, max_size=3))
    return INFLUENCERS, [influencer(number, **one) for number, one in enumerate(people)], more


@given(worlds())
@settings(max_examples=settings.default.max_examples // 3)
def test_whatever_the_records_hold_the_sheet_plans_to_nothing_and_tells_every_blank(world) -> None:
    form, records, more = world
    draft = draft_for(form, records, **more)
    told = {(one.record, one.path) for one in draft.left_out}
    columns_gone = {one.path for one in draft.left_out if one.record is None}
    key = rules_for(form, **more).key
    assert len(draft.rows) + sum(one.path is None for one in draft.left_out) == len(records)
    for row, fetched in zip(draft.rows, draft.records, strict=True):
        for column, cell in zip(draft.columns, row, strict=True):
            value = value_at(fetched.record, column.path.field.name, column.path.keys)
            silent = value is None or (isinstance(value, str) and not value.strip())
            assert cell or silent or (row[0], column.name) in told
    assert not columns_gone
    if draft.rows:
        kept = [one.record for one in draft.records]
        assert_plans_nothing(draft, form, [dict(one) for one in kept], **more)
        assert all(record.get(key) is not None for record in kept)


PLAIN = st.text("abcäé漢🍣 <>|,;=-+'\"", min_size=1, max_size=12).filter(
    lambda text: text.strip() not in {"", "<clear>"}
)
PLAIN_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(-1e9, 1e9), PLAIN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(PLAIN, st.dictionaries(PLAIN, PLAIN_JSON, max_size=3)), min_size=1, max_size=3))
@settings(max_examples=settings.default.max_examples // 3)
def test_nothing_plain_is_left_out(values) -> None:
    records = [project(number, appName=text, metadata=data) for number, (text, data) in enumerate(values)]
    draft = draft_for(PROJECTS, records)
    assert draft.left_out == ()
    assert cells(draft, "appName") == [text for text, _ in values]
    assert_plans_nothing(draft, PROJECTS, records)
