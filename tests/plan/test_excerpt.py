"""Cutting records out of JSON the quick way finds what reading them as a whole finds, or says that it can't."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.errors import StoppedEarly
from layersync.plan.excerpt import Cut
from layersync.plan.fields import whole
from layersync.plan.live import Shelf
from layersync.plan.slots import Excerpt, Unfit
from layersync.resources.resource import Resource
from layersync.values.cell import decode_json, same
from layersync.values.desired import Column, Role
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, column

ID = an_id(1)
TEXT = ["tagline", "name", "vibe"]


def columns(form: Resource, *more: str) -> list[Column]:
    whole = [column(field.name, index) for index, field in enumerate(form.fields)]
    parent = [column("projectId", 40, Role.IDENTITY)] if form is INFLUENCERS else []
    return [*whole, *parent, *(column(path, 41) for path in more)]


def line(shelf: Shelf, excerpt: Excerpt) -> dict[str, object]:
    """The only line of the shelf; JSON as values, which may be spelled in many ways."""
    shelf.put([0], [excerpt], 1.0)
    cells = whole(shelf.live()).row(0, named=True)
    return {name: decode_json(cell) if name in shelf.cut.json else cell for name, cell in cells.items()}


def both_ways(form: Resource, body: bytes, *more: str) -> tuple[dict[str, object] | None, dict[str, object]]:
    quick, careful = (Shelf(Cut(columns(form, *more), form, form.id_field), ["key"]) for _ in range(2))
    whole = line(careful, careful.cut.of(json.loads(body)))
    try:
        return line(quick, quick.cut.record(body)), whole
    except Unfit:
        return None, whole


ODD = {
    "null": b"null",
    "text": b'"x"',
    "not composed": '"cafe\u0301"'.encode(),
    "astral": '"\U0001f363"'.encode(),
    "escapes": rb'"\"\\\/\b\f\n\r\t\u00e9\ud83c\udf63"',
    "a line break as it is": '"\u2028"'.encode(),
    "the spelling of null": b'"null"',
    "zero": b"0",
    "minus zero": b"-0.0",
    "one": b"1",
    "one as a float": b"1.0",
    "one in other words": b"1e0",
    "true": b"true",
    "a huge whole number": b"123456789012345678901234567890",
    "a tiny number": b"1e-400",
    "a long fraction": b"0.1000000000000000055511151231257827",
    "a list": b'[1, 1.0, true, null, "a"]',
    "an object": b'{"b": 1, "a": {"d": [], "c": {}}}',
    "a key twice": b'{"a": 1, "a": 2}',
}
BEYOND = {
    "NUL": rb'"\u0000absent"',
    "half a character": rb'"\ud800"',
    "half a character as bytes": b'"\xed\xa0\x80"',
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
@pytest.mark.parametrize("name", ["tagline", "metadata", "vibe", "personality", "projectId", "imageUrl", "made_up"])
def test_a_value_of_any_kind_is_cut_out_as_it_is(name: str, value: bytes) -> None:
    form = PROJECTS if name in {"tagline", "metadata"} else INFLUENCERS
    body = b'{"%s": "prj_%s", "%s":  %s }' % (form.id_field.encode(), ID.upper().encode(), name.encode(), value)
    quick, whole = both_ways(form, body)
    assert quick == whole
    assert {key: type(one) for key, one in quick.items()} == {key: type(one) for key, one in whole.items()}


@pytest.mark.parametrize("value", BEYOND.values(), ids=BEYOND)
@pytest.mark.parametrize("name", ["tagline", "metadata"])
def test_what_the_quick_way_would_get_wrong_is_left_to_the_careful_one(name: str, value: bytes) -> None:
    assert both_ways(PROJECTS, b'{"id": "%s", "%s": %s}' % (ID.encode(), name.encode(), value))[0] is None


def test_what_may_stand_inside_another_field_is_looked_for_the_careful_way() -> None:
    body = b'{"id": "%s", "appName": "flat", "brandContext": {"appName": "nested", "tagline": "t"}}' % ID.encode()
    quick, whole = both_ways(PROJECTS, body)
    assert (quick, whole["appName"], whole["tagline"]) == (None, "flat", '\0from:brandContext:"t"')


def test_a_record_that_shows_everything_in_its_own_field_is_cut_the_quick_way() -> None:
    flat = {field.name: None for field in PROJECTS.fields}
    quick, whole = both_ways(PROJECTS, json.dumps({**flat, "id": ID, "brandContext": {"tagline": "t"}}).encode())
    assert quick == whole


BROKEN = [
    b"{",
    b"[]",
    b"null",
    b'{"id": "x"',
    b'{"id": "x"} x',
    b'{"id": "\xff"}',
    b'{"metadata": {"a": "\xff"}}',
    b'{"a": NaN}',
    b'{"a": 01}',
    b'{"a": [1,]}',
    b'{"tagline": 1e999}',
    b'{"tagline": ' + b"9" * 5_000 + b"}",
    b'{"tagline": "\n"}',
    b'{"a": "\\x"}',
    b'{"a": ' + b"[" * 200_000,
    '{"id": "x"}'.encode("utf-16"),
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_broken_is_not_read(body: bytes) -> None:
    cut = Cut(columns(PROJECTS), PROJECTS, "id")
    with pytest.raises(Unfit):
        cut.record(body)
    with pytest.raises((Unfit, StoppedEarly)):
        Shelf(cut, ["key"]).put([0], cut.page(b'{"items": [' + body + b"]}")[0], 0.0)


TOO_LARGE = {"1e999": b"1e999", "-1E+400": b"-1E+400", "many digits": b"9" * 5_000, "both": b"9" * 250 + b"e99"}


@pytest.mark.parametrize("number", TOO_LARGE.values(), ids=TOO_LARGE)
@pytest.mark.parametrize("more", [(), ("metadata.a",)], ids=["whole", "by key"])
def test_a_number_that_no_computer_can_hold_stops_the_job(number: bytes, more: tuple[str, ...]) -> None:
    shelf = Shelf(Cut(columns(PROJECTS, *more), PROJECTS, "id"), ["key"])
    shelf.put([0], [shelf.cut.record(b'{"id": "%s", "metadata": {"a": %s}}' % (ID.encode(), number))], 0.0)
    with pytest.raises(StoppedEarly, match="metadata is too large"):
        shelf.live()


def test_a_field_that_is_not_there_is_not_a_field_that_is_null() -> None:
    quick, whole = both_ways(PROJECTS, b'{"id": "%s", "tagline": null}' % ID.encode())
    assert quick == whole
    assert quick is not None
    assert (quick["tagline"], quick["appName"]) == (None, "\0absent")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.text(max_size=3) | st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
NAMES = ["id", "name", "tagline", "appName", "metadata", "customerExternalId", "brand"]
PEOPLE = ["influencerId", "projectId", "name", "vibe", "style", "personality", "brandVoice", "imageUrl", "language"]


@given(st.data(), st.sampled_from([PROJECTS, INFLUENCERS]), st.booleans(), st.booleans())
def test_any_record_is_cut_out_as_it_is(data: st.DataObject, form: Resource, ascii_only: bool, parted: bool) -> None:
    names = NAMES if form is PROJECTS else PEOPLE
    record: Mapping[str, object] = data.draw(st.dictionaries(st.sampled_from(names), st.text(max_size=4) | JSON))
    body = json.dumps({form.id_field: ID, **record}, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    more = ("metadata.a" if form is PROJECTS else "personality.traits",) if parted else ()
    quick, whole = both_ways(form, body, *more)
    assert quick is None or all(same(quick[name], whole[name]) for name in whole)
