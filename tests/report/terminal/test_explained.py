"""The answer to `--explain`, as a person reads it."""

from dataclasses import replace

from layersync.report.summary_md import summary_md
from layersync.report.terminal import explained_text
from layersync.values.explanation import CellExplained, RowExplained, Rule, Said
from tests.report.made import ID, job, plan, report


def lines(*cells: CellExplained, message: str = "") -> list[str]:
    row = RowExplained(
        row=31, resource="projects", key=ID, id=ID, name="Acme", state="not_found", message=message, cells=cells
    )
    made = report(job(replace(plan(), explained=(row,))))
    return [line.plain for line in explained_text(made, width=70)]


CELL = CellExplained(
    cell="B31",
    field="tagline",
    desired=Said("a\x1bb"),
    live=Said(None),
    last_agreed=None,
    rule=Rule.SENT,
    why="sheet and live differ: the sheet's value is sent, and this sentence is long",
)


def test_a_cell_has_three_values_and_a_reason_and_hides_nothing() -> None:
    assert lines(CELL, message="no project has this id") == [
        "",
        f'project  {ID}  "Acme"  row 31 of projects: not found',
        "    no project has this id",
        "    tagline  B31",
        '      sheet        "a\\u{1b}b"',
        "      live         (empty)",
        "      last agreed  (nothing)",
        "      → sheet and live differ: the sheet's value is sent, and this",
        "        sentence is long",
        "",
    ]


def test_what_nobody_states_is_said_to_be_so() -> None:
    blank = replace(CELL, desired=None, live=None, last_agreed=Said(5), rule=Rule.BLANK, why="left alone")
    assert lines(blank)[3:6] == [
        "      sheet        (blank)",
        "      live         (not read, or not shown)",
        "      last agreed  5",
    ]


def test_a_field_without_a_column_has_no_values() -> None:
    missing = replace(CELL, cell="", desired=None, live=None, rule=Rule.NO_COLUMN, why="the sheet has no such column")
    assert lines(missing)[2:4] == ["    tagline", "      → the sheet has no such column"]


def test_the_markdown_holds_it_too() -> None:
    row = RowExplained(
        row=2, resource="projects", key=ID, id=ID, name=None, state="unchanged", message="", cells=(CELL,) * 99
    )
    told = summary_md(report(job(replace(plan(), explained=(row,)))))
    assert "<summary>Explained</summary>" in told
    assert "tagline  B31" in told
    assert "more lines" in told
    assert "Explained" not in summary_md(report(job(plan())))


def test_a_run_that_was_not_asked_explains_nothing() -> None:
    assert [line.plain for line in explained_text(report(job(plan())))] == [""]
