"""The diff that a person reads before saying yes."""

from collections.abc import Iterable
from io import StringIO

import pytest
from hypothesis import given
from rich.console import Console
from rich.text import Text

from layersync.report.show import hidden
from layersync.report.terminal import diff_text, problems_text
from layersync.values.guards import Guard, Hold
from layersync.values.outcome import Outcome, Word
from layersync.values.plan import PlanState
from layersync.values.problem import Problem, Severity
from layersync.values.report import Report
from tests.report.made import change, edit, job, line, plan, report
from tests.report.texts import texts, values

ARCHIVE = Hold(guard=Guard.ARCHIVE, counted=1, limit=0, message="", override="", rows=frozenset({5}))
WRONG = Problem(
    message='"english" is not a language tag; did you mean "en"?',
    what_to_do="write en",
    row=6,
    column="F",
    header="primaryLanguage",
    value="english",
)


def lines(told: Iterable[Text]) -> list[str]:
    return [text.plain for text in told]


def diff(*changes: object, width: int = 80) -> str:
    return "\n".join(lines(diff_text(report(job(plan(changes=changes))), width=width)))  # type: ignore[arg-type]


def mixed() -> Report:
    made = plan(
        [
            line(6, PlanState.INVALID, cell="F6", message=WRONG.message, what_to_do=WRONG.what_to_do),
            line(7, PlanState.NOT_FOUND, name=None, message="no project has this id", what_to_do="check the id"),
            line(8, PlanState.UNCHANGED),
        ],
        [
            change(
                2,
                edit("timezone", "America/New_York", "America/Chicago", "takes effect on the next scheduler tick"),
                edit("metadata.vip", None, True),
                side_effects=("takes effect on the next scheduler tick",),
            ),
            change(5, edit("status", "active", "archived"), name="A name that will hardly fit in there"),
        ],
        holds=[ARCHIVE],
        problems=[WRONG],
    )
    return report(job(made))


def test_the_diff_reads_like_git_and_tells_problems_where_they_stand() -> None:
    assert (
        "\n".join(lines(diff_text(mixed(), width=80)))
        == """
~ project  9cb958b5-11b5-4e30-8675-5d075d52da7c  "Acme Coffee iOS"         row 2
    timezone      - America/New_York
                  + America/Chicago
      note: takes effect on the next scheduler tick
    metadata.vip  - (empty)
                  + true

~ project  9cb958b5-11b5-4e30-8675-5d075d52da7c  "A name that will hard…"  row 5
    status        - active
                  + archived
    ! held by the guard archive

x project  9cb958b5-11b5-4e30-8675-5d075d52da7c  "Acme Coffee …"  row 6  invalid
    F6 primaryLanguage: "english" is not a language tag; did you mean "en"?
    → write en

x project  9cb958b5-11b5-4e30-8675-5d075d52da7c                 row 7  not found
    no project has this id
    → check the id
"""
    )


def test_summary_output_leaves_the_good_rows_out() -> None:
    headings = [text for text in lines(problems_text(mixed())) if text[:1] in "~x!" and text]
    assert [heading.split()[-2:] for heading in headings] == [["6", "invalid"], ["not", "found"]]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Acme", None, ["- Acme", "+ (cleared)"]),
        (None, "Acme", ["- (empty)", "+ Acme"]),
        ("", "Acme", ['- ""', '+ "Acme"']),
        ("Acme ", "Acme", ['- "Acme "', '+ "Acme"']),
        ("Acme\u00a0Fit", "Acme Fit", ["- Acme\\u{a0}Fit", "+ Acme Fit"]),
        ("true", True, ['- "true"', "+ true"]),
        (12000, 15000.5, ["- 12000", "+ 15000.5"]),
        ({"b": 1, "a": [1]}, {"a": [1, 2], "b": 1}, ['- {"a": [1], "b": 1}', '+ {"a": [1, 2], "b": 1}']),
        ("one\ntwo", "one\nthree", ["- one\\u{a}two", "+ one\\u{a}three"]),
        ("(cleared)", None, ['- "(cleared)"', "+ (cleared)"]),
    ],
)
def test_values_are_told_apart_by_what_is_shown(before: object, after: object, shown: list[str]) -> None:
    told = diff(change(2, edit("metadata.x", before, after))).splitlines()[2:4]
    assert [text.removeprefix("    metadata.x").strip() for text in told] == shown


def test_a_word_changed_in_a_long_text_is_visible_with_both_lengths() -> None:
    old = "Daily ritual coffee subscriptions for runners. " * 8
    told = diff(change(2, edit("appDescription", old, old + "Now in bags.")))
    assert "Now in bags." in told
    assert "376 → 388 characters" in told


def test_a_side_effect_without_a_field_of_its_own_is_noted() -> None:
    told = diff(change(2, edit("name", "Acme", "Acme Fit"), side_effects=("frees the old name",)))
    assert "      note: frees the old name" in told.splitlines()


def test_a_field_name_too_long_for_its_column_gets_a_line_of_its_own() -> None:
    told = diff(change(2, edit("metadata.a.very.long.path.indeed", 1, 2), edit("name", "Acme", "Acme Fit")))
    assert told.splitlines()[2:7] == [
        "    metadata.a.very.long.path.indeed",
        "          - 1",
        "          + 2",
        "    name  - Acme",
        "          + Acme Fit",
    ]


def test_a_row_refused_shows_what_was_sent_and_why_it_did_not_get_through() -> None:
    refused = Outcome(job="projects", row=2, word=Word.REFUSED, message="422: no such timezone", what_to_do="fix it")
    made = job(plan(changes=[change(2, edit("timezone", "America/New_York", "Mars"))]), [refused])
    told = lines(problems_text(report(made, dry_run=False)))
    assert told[1].endswith("row 2  refused")
    assert told[2:] == [
        "    timezone  - America/New_York",
        "              + Mars",
        "    422: no such timezone",
        "    → fix it",
        "",
    ]


def test_a_warning_is_told_as_one() -> None:
    warning = Problem(message="longer than usual", severity=Severity.WARNING, row=8, column="D", header="tagline")
    made = plan([line(8, PlanState.UNCHANGED)], problems=[warning])
    assert "    warning: D8 tagline: longer than usual" in lines(problems_text(report(job(made))))


def test_a_value_that_its_message_does_not_show_is_shown_beside_the_cell() -> None:
    wrong = Problem(message="is not an e-mail address", row=8, column="D", header="ownerEmail", value="ops@\x1b[1m")
    made = plan([line(8, PlanState.INVALID)], problems=[wrong])
    assert '    D8 ownerEmail "ops@\\u{1b}[1m": is not an e-mail address' in lines(diff_text(report(job(made))))


def test_jobs_are_headed_by_name_and_sheet_where_there_are_several() -> None:
    made = plan(changes=[change(2, edit("name", "Acme", "Acme Fit"))])
    told = lines(diff_text(report(job(made), job(plan(job="others"), name="others"))))
    assert told[:3] == ["", "projects  sample_data/projects.csv, 1 row", ""]


def test_no_more_than_200_lines_tell_of_problems() -> None:
    bad = [line(row, PlanState.INVALID, message="wrong", what_to_do="correct it") for row in range(2, 502)]
    made = report(job(plan(bad, [change(900, edit("name", "Acme", "Acme Fit"))])))
    told = lines(problems_text(made))
    blocks = [text for text in told[:-2] if text]
    assert 200 <= len(blocks) <= 203
    assert told[-2] == f"{500 - len(blocks) // 3} more rows with problems in results.csv"
    assert "    name  - Acme" in lines(diff_text(made))


@given(name=texts, key=texts, message=texts, header=texts, before=values, after=values)
def test_no_value_is_markup_or_steers_the_terminal(
    name: str, key: str, message: str, header: str, before: object, after: object
) -> None:
    wrong = Problem(message=message, what_to_do=message, row=3, column="C", header=header, value=name)
    made = plan(
        [line(3, PlanState.INVALID)],
        [change(2, edit("metadata", before, after, message), edit("name", name, key))],
        problems=[wrong],
    )
    for text in diff_text(report(job(made)), width=80):
        assert not any(map(hidden, text.plain))


def test_warnings_count_against_the_limit_and_changes_do_not() -> None:
    warnings = [Problem(message="longer than usual", severity=Severity.WARNING, row=row) for row in range(2, 502)]
    made = plan([line(row, PlanState.UNCHANGED) for row in range(2, 502)], problems=warnings)
    assert lines(diff_text(report(job(made))))[-2] == "400 more rows with problems in results.csv"
    many = plan(changes=[change(row, edit("name", "Acme", "Acme Fit")) for row in range(2, 502)])
    assert "\n".join(lines(diff_text(report(job(many))))).count("+ Acme Fit") == 500


def test_nothing_to_tell_is_told_with_no_line_at_all() -> None:
    assert lines(diff_text(report(job(plan([line(2, PlanState.UNCHANGED)])), job(None)))) == []


def test_square_brackets_and_colons_are_printed_as_they_are() -> None:
    console = Console(width=80, file=StringIO())
    with console.capture() as shown:
        for text in diff_text(report(job(plan(changes=[change(2, edit("name", "[/red]", "[link=x]:smile:[/]"))])))):
            console.print(text, soft_wrap=True)
    assert "[/red]" in shown.get()
    assert "[link=x]:smile:[/]" in shown.get()


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_of_a_diff_is_wider_than_the_terminal(width: int) -> None:
    long = "東京コーヒー " * 40
    told = diff_text(
        report(
            job(
                plan(
                    [line(3, PlanState.INVALID, message=long, what_to_do=long, name=long)],
                    [change(2, edit("appDescription", long, long + "x", "note " * 40), name=long)],
                )
            )
        ),
        width=width,
    )
    assert max(text.cell_len for text in told) <= width
