"""What is taken over from the sheet unread is what reading it would have found, however a page spells it."""

import json
import threading
from collections.abc import Sequence
from contextlib import suppress

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layersync.errors import StoppedEarly
from layersync.plan import excerpt, stated
from layersync.plan import live as live_cells
from layersync.plan.asking import ListPage, Page
from layersync.plan.compose import plan_of
from layersync.plan.fields import whole
from layersync.plan.known import first_known, reading_of
from layersync.plan.reads import learn
from layersync.plan.slots import Excerpt, Unfit
from layersync.plan.spelling import escapes_in, tidy
from layersync.plan.stated import Stated
from layersync.values.cell import CLEAR, canonical, decode_json, normal, same
from layersync.values.desired import Desired, RowState
from layersync.values.live import Live
from layersync.values.memory import Memory
from tests.plan.build import PROJECTS, WIDE, an_id, desired

TEXTS = ["5", "true", "null", "", "a,b", 'say "so"', "back\\slash", "line\nbreak", "tab\t", "caf\u00e9", "cafe\u0301"]
TEXTS += ["\U0001f363", "\u2028", "\x7f", "/", '","', "{}", "-0", "1e5", "[1]", "x" * 300]
VALUES = [{"a": 1}, {"a": True}, {"a": 1.5, "b": 2}, {"b": 2, "a": 1.5}, {"a": 10**20}, {"a": [1, 0, False, None]}]
VALUES += [{"a": "caf\u00e9"}, {"a": "cafe\u0301"}, {"a": {"z": {}, "y": []}}, {"a": 2**53}, {}, {"a": "b,\n"}]
ODD = [
    "5",
    "true",
    "null",
    "1e5",
    '{"a": 1}',
    '"\\u0041"',
    '"\\ud83c\\udf63"',
    '"\\ud800"',
    '"\\u0000absent"',
    "[]",
    '["\\u0000absent"]',
]
ODD += [
    '{"a": 1.0}',
    '[1, "x"]',
    '{"a": true, "a": 1}',
    '{"a": 1e0}',
    '{ "a" : 1 }',
    '{"a": 100000000000000000000}',
    '"\\/"',
]


def spellings(value: object) -> list[str]:
    """Ways in which a writer of JSON may spell a value."""
    return [
        json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        json.dumps(value, ensure_ascii=True),
        json.dumps(value, ensure_ascii=False, indent=1),
        json.dumps(value, ensure_ascii=False).replace("/", "\\/"),
    ]


@st.composite
def members(draw: st.DrawFn, row: dict[str, object]) -> list[tuple[str, str]]:
    """The members of a record, mostly as its row states them; some are absent, of another kind, or there twice."""
    found = [("id", json.dumps(row["id"]))]
    for name in ("tagline", "name", "appName", "metadata"):
        held = None if row.get(name) == CLEAR else row.get(name)
        as_stated = st.sampled_from(spellings(held))
        others = st.sampled_from([spellings(one)[0] for one in (*TEXTS, *VALUES)] + ODD)
        for raw in draw(st.lists(st.one_of(as_stated, as_stated, as_stated, others), min_size=0, max_size=2)):
            found.append((name, raw))
    return draw(st.permutations(found)) if draw(st.booleans()) else found


@st.composite
def sheets_and_pages(draw: st.DrawFn) -> tuple[Desired, str]:
    texts = st.none() | st.just(CLEAR) | st.sampled_from(TEXTS)
    objects = st.none() | st.just(CLEAR) | st.sampled_from(VALUES)
    rows = draw(
        st.lists(
            st.fixed_dictionaries({"tagline": texts, "name": texts, "appName": texts, "metadata": objects}),
            min_size=1,
            max_size=5,
        )
    )
    named = [{"id": an_id(number), **row} for number, row in enumerate(rows)]
    stated_rows = [_parted(row) for row in named] if draw(st.booleans()) else named
    out = draw(st.sets(st.integers(2, len(rows) + 1), max_size=2))
    records = [draw(members(row)) for row in draw(st.permutations(named))]
    items = ["{" + ", ".join(f'"{name}": {raw}' for name, raw in one) + "}" for one in records]
    return desired(
        PROJECTS, stated_rows, states=dict.fromkeys(out, RowState.INVALID)
    ), f'{{"items": [{",".join(items)}]}}'


def _parted(row: dict[str, object]) -> dict[str, object]:
    """States a key of the object instead of the whole."""
    held = row["metadata"]
    key = canonical(held.get("a", "5")) if isinstance(held, dict) else held
    return {**{name: value for name, value in row.items() if name != "metadata"}, "metadata.a": key}


def read(sheet: Desired, body: str, *, quickly: bool) -> tuple[Live, int]:
    """The live records of one page, and how many of them were taken over from the sheet."""
    known = first_known(sheet, PROJECTS)
    cut = known.shelf.cut
    items: Sequence[Excerpt] = [cut.of(one) for one in json.loads(body)["items"]]
    if quickly:
        with suppress(Unfit):  # then it is read the careful way
            items, _ = cut.page(body.encode(errors="surrogatepass"))
    live = reading_of(learn(known, [(ListPage(None, None), Page(items, None, 0.0))]))
    return live, known.shelf.lines - known.shelf.read


def test_a_record_that_shows_a_mark_of_its_generation_is_taken_over_from_the_sheet_too() -> None:
    """One of two: what was told of a record is let go of before it is held against the sheet."""
    sheet = desired(PROJECTS, [{"id": an_id(number), "tagline": "5"} for number in range(2)])
    marked = f'{{"id": "{an_id(0)}", "tagline": "5", "brandContext": {{"voice": "warm"}}}}'
    live, taken_over = read(sheet, f'{{"items": [{marked}, {{"id": "{an_id(1)}", "tagline": "5"}}]}}', quickly=True)
    assert (taken_over, whole(live)["tagline"].to_list()) == (2, ["5", "5"])


@pytest.fixture(params=["at the beginning", "further on"])
def _spelled_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a page spells characters out: nobody looks for that but at its beginning."""
    if request.param == "further on":
        monkeypatch.setattr(excerpt, "_LOOKED_AT", 0)


@pytest.mark.usefixtures("_spelled_out")
@pytest.mark.parametrize("name", ["tagline", "metadata", "name", "updatedAt"])
def test_a_value_that_is_spelled_oddly_reads_as_it_would_the_careful_way(name: str) -> None:
    stated = {"tagline": "5", "metadata": {"a": 1}, "name": "N"}
    for raw in (*ODD, *(json.dumps(text) for text in TEXTS), *(json.dumps(value) for value in VALUES)):
        body = f'{{"items": [{{"id": "{an_id(0)}", "{name}": {raw}}}]}}'
        sheet = desired(PROJECTS, [{"id": an_id(0), **({name: stated[name]} if name in stated else {})}])
        shown = name if name in stated else "_stamp"
        quick, careful = (whole(read(sheet, body, quickly=quickly)[0])[shown][0] for quickly in (True, False))
        assert quick == careful or (name == "metadata" and same(decode_json(quick), decode_json(careful))), raw


@pytest.mark.parametrize("other", ["5", "null", '"2026"'])
def test_a_mark_of_ours_is_found_beside_what_is_no_text(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpt, "_LOOKED_AT", 0)
    sheet = desired(PROJECTS, [{"id": an_id(number), "tagline": "5"} for number in range(2)])
    told = [f'{{"id": "{an_id(n)}", "updatedAt": {raw}}}' for n, raw in enumerate((other, '"\\u0000absent"'))]
    body = f'{{"items": [{", ".join(told)}]}}'
    quick, careful = (whole(read(sheet, body, quickly=quickly)[0]) for quickly in (True, False))
    assert quick.equals(careful)
    assert quick["_stamp"][1] is not None


def test_a_key_is_compared_also_where_all_else_is_taken_over_from_the_sheet() -> None:
    rows = [{"id": an_id(number), "tagline": "5", "metadata.a": "1"} for number in range(3)]
    held = [{"id": an_id(number), "tagline": "5", "metadata": {"a": number}} for number in range(3)]
    sheet = desired(PROJECTS, rows)
    live, taken_over = read(sheet, json.dumps({"items": held}), quickly=True)
    plan = plan_of(sheet, live, Memory(), PROJECTS, WIDE)
    assert (taken_over, [change.row for change in plan.changes]) == (3, [2, 4])


def test_rows_that_are_left_out_lend_their_cells_to_nobody() -> None:
    rows = [{"id": an_id(number), "tagline": f"t{number}", "metadata": {"a": number}} for number in range(4)]
    sheet = desired(PROJECTS, rows, states={2: RowState.INVALID, 4: RowState.SKIPPED})
    live, unread = read(sheet, json.dumps({"items": rows}), quickly=True)
    assert (whole(live)["tagline"].to_list(), whole(live)["metadata"].to_list()) == (
        ["t1", "t3"],
        ['{"a":1}', '{"a":3}'],
    )
    assert unread == 2


@pytest.mark.usefixtures("_spelled_out")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets_and_pages())
def test_any_page_reads_as_it_would_the_careful_way(both: tuple[Desired, str]) -> None:
    sheet, body = both
    lives = [read(sheet, body, quickly=quickly)[0] for quickly in (True, False)]
    quick, careful = map(whole, lives)
    for name in careful.columns:
        for one, other in zip(quick[name], careful[name], strict=True):
            assert one == other or (name == "metadata" and same(decode_json(one), decode_json(other)))
    plans = [plan_of(sheet, live, Memory(), PROJECTS, WIDE) for live in lives]
    assert plans[0].changes == plans[1].changes
    assert plans[0].rows.equals(plans[1].rows)


@pytest.mark.parametrize("taken", [True, False])
def test_a_record_that_says_what_its_row_states_takes_the_cells_of_the_sheet(taken: bool) -> None:
    rows = [
        {"id": an_id(n), "tagline": f'"t", {n}', "appName": None if n % 3 else CLEAR, "metadata": {"b": [n], "a": "ü"}}
        for n in range(9_000)
    ]
    sheet = desired(PROJECTS, rows)
    records = [{**row, "appName": None, "metadata": {"b": row["metadata"]["b"], "a": "ü"}} for row in reversed(rows)]
    held = records if taken else [{**one, "tagline": "another"} for one in records]
    live, unread = read(sheet, json.dumps({"items": held}, ensure_ascii=False), quickly=True)
    assert unread == (len(rows) if taken else 0)
    assert whole(live)["tagline"].to_list() == [one["tagline"] for one in held]
    assert whole(live)["appName"].null_count() == len(rows)
    assert [json.loads(cell)["b"] for cell in whole(live)["metadata"]] == [one["metadata"]["b"] for one in held]


@pytest.mark.parametrize(
    "spelled",
    [
        '{"z":{"b":[1],"a":"ü"},"list":[{"d":null,"c":true}],"n":1.5}',
        '{"n": 1.50, "list": [{"c": true, "d": null}], "z": {"a": "ü", "b": [1]}}',
        '{"n":15e-1,"list":[{"c":true,"d":null}],"z":{"a":"ü","b":[1]}}',
    ],
)
def test_an_object_in_any_spelling_is_not_read_where_the_sheet_states_it(spelled: str) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(0), "tagline": "t", "metadata": json.loads(spelled)}])
    body = f'{{"items": [{{"metadata": {spelled}, "id": "{an_id(0)}", "tagline": "t"}}]}}'
    assert read(sheet, body, quickly=True)[1] == 1


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_page_of_several_lines_is_read(end: str) -> None:
    rows = [{"id": an_id(number), "tagline": "t", "metadata": {"a": {"b": [number]}}} for number in range(2)]
    for body, most in ((json.dumps({"items": rows}), 2), (json.dumps({"items": rows}, indent=1), 0)):
        live, unread = read(desired(PROJECTS, rows), body + end, quickly=True)
        assert unread == most
        assert [json.loads(cell)["a"]["b"] for cell in whole(live)["metadata"]] == [[0], [1]]


@pytest.mark.parametrize(
    "raw", [b'"tagline": "\xff"', b'"metadata": {"a": "\xff"}', b'"metadata": {"\xed\xa0\x80": 1}']
)
def test_what_is_no_utf_8_is_told_as_damage(raw: bytes) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(0), "tagline": "t", "metadata": {"a": 1}}])
    known = first_known(sheet, PROJECTS)
    items, _ = known.shelf.cut.page(b'{"items": [{"id": "%s", %s}]}' % (an_id(0).encode(), raw))
    with pytest.raises(StoppedEarly, match="UTF-8"):
        reading_of(learn(known, [(ListPage(None, None), Page(items, None, 0.0))]))


@pytest.mark.parametrize("most_asked", [1_000, 1])
def test_records_that_wait_for_the_hashes_of_the_sheet_lose_no_place(
    most_asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are hashed beside the reading: here, only when half of the pages are there."""
    free, hashed = threading.Event(), Stated._hashed

    def late(stated: Stated) -> pl.Series:
        assert free.wait(60)
        return hashed(stated)

    monkeypatch.setattr(Stated, "_hashed", late)
    monkeypatch.setattr(live_cells, "_COMPARED_AT_ONCE", 2)
    monkeypatch.setattr(live_cells, "_MOST_ASKED", most_asked)
    rows = [{"id": an_id(number), "tagline": f"t{number}", "metadata": {"a": number}} for number in range(27)]
    held = [{**row, "tagline": "other"} if at % 4 == 1 else row for at, row in enumerate(reversed(rows))]
    known = first_known(desired(PROJECTS, rows), PROJECTS)
    for number, start in enumerate(range(0, len(held), 3)):
        if number == (4 if most_asked > 1 else 1):
            free.set()
        items, _ = known.shelf.cut.page(json.dumps({"items": held[start : start + 3]}).encode())
        known = learn(known, [(ListPage(None, None), Page(items, None, 0.0))])
    live = reading_of(known)
    assert whole(live)["tagline"].to_list() == [one["tagline"] for one in held]
    assert [json.loads(cell) for cell in whole(live)["metadata"]] == [one["metadata"] for one in held]
    assert known.shelf.lines - known.shelf.read == sum(one in rows for one in held)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(JSON, min_size=1, max_size=4), st.lists(JSON, min_size=1, max_size=4))
def test_texts_in_one_spelling_are_equal_for_equal_values_alone(ours: list[object], theirs: list[object]) -> None:
    theirs += ours[len(theirs) :]
    cells = pl.Series([canonical(normal(one)) for one in ours])
    escapes = escapes_in(cells)
    spelled = cells.str.replace_many(escapes) if escapes else cells
    texts = [json.dumps(one, ensure_ascii=False) for one in theirs[: len(ours)]]
    held = [tidy(text) or text for text in texts]
    for one, other, cell, text in zip(ours, theirs, spelled, held, strict=False):
        assert same(one, other) or cell != text


@pytest.mark.parametrize("held", ['"', "\\", "\u00e9", "\x7f", "A", "\U0001f363", "\n"])
def test_an_escape_that_somebody_typed_is_not_the_character(held: str) -> None:
    typed = json.dumps(held, ensure_ascii=True)[1:-1] if not held.isascii() else f"\\u{ord(held):04x}"
    rows = [{"id": an_id(0), "metadata": {"a": typed}}, {"id": an_id(1), "metadata": {"a": held}}]
    body = json.dumps({"items": [{**one, "metadata": {"a": held}} for one in rows]}, ensure_ascii=False)
    live, unread = read(desired(PROJECTS, rows), body, quickly=True)
    assert [json.loads(cell)["a"] for cell in whole(live)["metadata"]] == [held, held]
    assert unread == 1


def test_rows_with_characters_that_few_rows_have_are_found_to_be_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stated, "_LOOKED_AT", 2)
    notes = ["\u00e9", "e", "\u5927\u962a", "\u00e9", "\U0001f363\u00e9", "\ud800", "\x7f"]
    rows = [{"id": an_id(number), "metadata": {"a": note, "b": 1}} for number, note in enumerate(notes)]
    held = [
        {"id": one["id"], "metadata": {"b": 1, "a": note}}
        for one, note in zip(rows, notes, strict=True)
        if note != "\ud800"  # no page that is looked at can have it
    ]
    body = json.dumps({"items": held}, ensure_ascii=False)
    _, taken_over = read(desired(PROJECTS, rows), body, quickly=True)
    assert taken_over == len(notes) - 1


def test_a_page_that_escapes_nothing_but_what_it_has_to_is_enough_to_look_at() -> None:
    for text in TEXTS:
        sheet = desired(PROJECTS, [{"id": an_id(0), "tagline": text}])
        body = json.dumps({"items": [{"id": an_id(0), "tagline": text}]}, ensure_ascii=False, separators=(",", ":"))
        assert read(sheet, body, quickly=True)[1] == 1


@pytest.mark.parametrize("raw", ["1e999", '["x", -1e999]', '{"a": 1e999}'])
@pytest.mark.parametrize("name", ["tagline", "metadata"])
def test_a_number_that_nothing_can_hold_is_told_as_damage(name: str, raw: str) -> None:
    sheet = desired(PROJECTS, [{"id": an_id(0), name: {"a": 1} if name == "metadata" else "t"}])
    known = first_known(sheet, PROJECTS)
    items, _ = known.shelf.cut.page(f'{{"items": [{{"id": "{an_id(0)}", "{name}": {raw}}}]}}'.encode())
    with pytest.raises(StoppedEarly, match="damaged"):
        reading_of(learn(known, [(ListPage(None, None), Page(items, None, 0.0))]))
