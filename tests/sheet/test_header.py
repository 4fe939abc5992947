"""Headers: found whatever their case, refused where they nearly are a field, else left out and named."""

import pytest

from layersync.errors import UsageError
from layersync.resources import RESOURCES
from layersync.values.desired import Desired, Role
from tests.sheet.build import PLANETS, an_id, messages, read, refused


def with_headers(*headers: str, **more: object) -> Desired:
    return read(header_line(*headers), **more)


def header_line(*headers: str) -> str:
    names = ",".join(f'"{header}"' for header in ("planetId", *headers))
    return f"{names}\n{an_id(1)}{',' * len(headers)}\n"


def refusals(*headers: str, **more: object) -> list[str]:
    refusal = refused(header_line(*headers), **more)
    return [f"{problem.cell}: {problem.message} | {problem.what_to_do}" for problem in refusal.problems]


MEANT = [
    ("title", "title"),
    ("Title", "title"),
    ("  TITLE\u00a0", "title"),
    ("Air.Colour", "air.colour"),
    ("notes.CRM_id", "notes.CRM_id"),
    ("notes.a.b.c", "notes.a.b.c"),
    ("Notes", "notes"),
]


@pytest.mark.parametrize(("header", "path"), MEANT)
def test_case_and_space_do_not_matter_and_open_keys_stay_as_written(header: str, path: str) -> None:
    (column,) = with_headers(header).columns
    assert (column.path, column.header, column.letter, column.role) == (path, header, "B", Role.MANAGED)
    assert column.path.split(".") == [column.field, *column.keys]


NEAR = [
    ("titel", "title"),
    ("tittle", "title"),
    ("titl", "title"),
    ("ti tle", "title"),
    ("time zone", "timezone"),
    ("Time-Zone", "timezone"),
    ("stroy", "story"),
    ("ti\u200btle", "title"),
    ("air.color", "air.colour"),
    ("aire.colour", "air.colour"),
    ("planet_id", "planetId"),
    ("contacts", "contact"),
]


@pytest.mark.parametrize(("header", "field"), NEAR)
def test_A20_a_near_miss_is_refused_with_the_name_that_was_meant(header: str, field: str) -> None:
    assert any(f"did you mean {field}?" in refusal for refusal in refusals(header))


@pytest.mark.parametrize("field", [field.name for field in PLANETS.fields if len(field.name) > 3])
def test_A20_any_one_slip_in_a_name_is_near(field: str) -> None:
    for at in range(len(field)):
        for slip in (field[:at] + field[at + 1 :], field[:at] + "x" + field[at + 1 :], field[:at] + "x" + field[at:]):
            assert any("did you mean" in refusal for refusal in refusals(slip)), slip


@pytest.mark.parametrize("header", [" Mass ", "mass.kg", "Mass .core.kg"])
def test_A20_a_read_only_field_is_refused_and_what_stands_inside_it(header: str) -> None:
    assert refusals(header)[0].startswith(f'B1: "{header}" is read-only in planets')


def test_A20_an_unknown_header_is_left_out_and_named() -> None:
    (notice, nothing) = with_headers("Remarks").notices
    assert (notice.column, notice.header, notice.row) == ("B", "Remarks", 1)
    assert notice.message == '"Remarks" is not a field of planets; the column is left out'
    assert nothing.message == "no column of the sheet states a field: nothing can change"


def test_A20_unknown_headers_can_be_made_errors() -> None:
    assert refusals("Remarks", unknown_columns_are_errors=True)[0].startswith('B1: "Remarks" is not a field')


def test_A20_a_field_of_another_resource_is_named_as_such() -> None:
    notice = with_headers("title", "tagline").notices[0]
    assert notice.message == '"tagline" is a field of projects, not of planets; the column is left out'


@pytest.mark.parametrize("header", ["_note", "#", "# of things", " _x", "_error"])
def test_marked_headers_are_left_out_in_silence(header: str) -> None:
    assert with_headers("title", header, header).notices == ()


def test_ignored_columns_are_left_out_in_silence_even_where_they_are_near_or_read_only() -> None:
    ignored = ("titel", "mass", "Remarks")
    assert with_headers("title", "Titel", "MASS ", "remarks", ignore_columns=ignored).notices == ()


def test_mapped_headers_mean_what_the_mapping_says() -> None:
    desired = with_headers("Name of it", "titel", columns={"name of IT": "title", "titel": "story"})
    assert [column.path for column in desired.columns] == ["title", "story"]


def test_a_mapping_that_meets_no_header_is_told() -> None:
    (notice,) = with_headers("title", columns={"Name": "story"}).notices
    assert notice.message == 'columns maps "Name", but the sheet has no such header'


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"columns": {"Name": "titel"}}, "did you mean title"),
        ({"columns": {"Name": "mass"}}, "no field of planets"),
        ({"expect": ("titel",)}, "did you mean title"),
        ({"expect": ("title.x",)}, "no field of planets"),
        ({"key": "title"}, "no key"),
    ],
)
def test_settings_that_do_not_fit_the_resource_are_an_error_of_usage(more: dict[str, object], word: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_headers("title", **more)
    assert word in f"{caught.value} {caught.value.what_to_do}"


DOUBLES = [
    ("title", "title"),
    ("title", " TITLE"),
    ("title", "title\u00a0"),
    ("caf\u00e9", "cafe\u0301"),
    ("Remarks", "re marks"),
    ("_sync", "_SYNC"),
    ("air.colour", "Air.Colour"),
]


@pytest.mark.parametrize(("one", "other"), DOUBLES)
def test_A19_a_header_that_stands_twice_is_refused_naming_both_columns(one: str, other: str) -> None:
    found = [refusal for refusal in refusals(one, "story", other) if "mean the same" in refusal]
    assert len(found) == 1
    assert found[0].startswith("D1: columns B (2) and D (4) mean the same")


def test_A19_a_field_and_its_mapped_name_are_the_same_column() -> None:
    found = refusals("title", "Name", columns={"Name": "title"})
    assert found == ['C1: columns B (2) and C (3) mean the same: "title" and "Name" | keep one of them']


def test_the_key_must_not_stand_twice() -> None:
    assert "mean the same" in refusals("PLANETID")[0]


def test_a_whole_object_and_one_of_its_keys_are_refused() -> None:
    assert refusals("notes", "notes.a")[0].startswith("C1: columns B (2) and C (3) state notes both")
    assert refusals("notes.a.b", "notes.a")[0].startswith("B1: columns C (3) and B (2) state notes.a both")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("title.x", "title is not an object"),
        ("air.colour.x", "colour is not an object"),
        ("air.smell", "air has no key smell"),
        ("notes.", "a part of the dotted name is empty"),
        ("notes..a", "a part of the dotted name is empty"),
    ],
)
def test_a_dotted_header_that_leads_nowhere_is_refused(header: str, reason: str) -> None:
    assert f'B1: "{header}" cannot be used: {reason}' in refusals(header)[0]


def test_expected_columns_are_compared_only() -> None:
    columns = with_headers("Title", "story", "notes.a", expect=("title", "NOTES.a")).columns
    assert [column.role for column in columns] == [Role.EXPECTED, Role.MANAGED, Role.EXPECTED]


def test_an_expected_column_that_is_missing_is_refused() -> None:
    assert refusals("story", expect=("title",)) == [
        "1: expect names title, but the sheet has no such column | add the column"
    ]


def test_ids_beside_the_key_are_identity() -> None:
    columns = with_headers("starID", "title").columns
    assert [(column.path, column.role) for column in columns] == [("starId", Role.IDENTITY), ("title", Role.MANAGED)]


def test_another_name_of_the_id_is_checked_against_the_id() -> None:
    columns = with_headers("WorldId", "title").columns
    assert next((one.path, one.field, one.role) for one in columns) == ("worldId", "planetId", Role.IDENTITY)
    mapped = with_headers("World", "title", columns={"World": "worldId"}).columns
    assert mapped[0].field == "planetId"


def test_a_sheet_that_has_the_id_under_another_name_only_is_told_how_to_map_it() -> None:
    refusal = refused("worldId,title\nx,Mars\n")
    assert 'columns = { "worldId" = "planetId" }' in refusal.what_to_do


def test_A20_a_missing_key_column_names_the_key_that_is_there() -> None:
    refusal = refused("code,title\nx,Mars\n")
    assert messages(refusal) == ["1: the sheet has no column planetId, the key of job planets"]
    assert 'key = "code"' in refusal.what_to_do


@pytest.mark.parametrize(("job", "other"), [("projects", "influencers"), ("influencers", "projects")])
def test_A21_a_sheet_of_another_resource_is_named(job: str, other: str) -> None:
    resource = RESOURCES[other]
    names = [resource.id_field, *(field.name for field in resource.fields)]
    refusal = refused(",".join(names) + "\n" + "," * (len(names) - 1), RESOURCES[job], key=RESOURCES[job].id_field)
    assert any(f"looks like a sheet of {other}" in problem.what_to_do for problem in refusal.problems)


def test_problems_of_the_header_stand_at_its_row_and_line() -> None:
    refusal = refused('x,"a\nb"\n' + header_line("titel"), header_row=2)
    assert [(problem.row, problem.line) for problem in refusal.problems] == [(2, 3)]
