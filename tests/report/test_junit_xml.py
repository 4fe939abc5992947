"""`junit.xml`: one case per row, and well-formed whatever the cells hold."""

from xml.etree.ElementTree import Element, XMLParser

from hypothesis import given

from layersync.errors import InputUnusable
from layersync.report.junit_xml import junit_xml
from layersync.report.xml_text import xml_text
from layersync.values.outcome import Word
from layersync.values.plan import PlanState
from layersync.values.problem import Problem
from layersync.values.report import Report
from tests.report.made import ID, change, edit, job, line, plan, report
from tests.report.texts import EVERY_CHARACTER, texts


def read(xml: str) -> Element:
    parser = XMLParser()  # noqa: S314  it is our own output
    parser.feed(xml.encode())
    root: Element = parser.close()
    return root


def parsed(made: Report) -> Element:
    return read("".join(junit_xml(made)))


def test_every_row_is_a_case_and_a_problem_is_a_failure() -> None:
    made = plan(
        [
            line(6, PlanState.INVALID, cell="F6", message="no language tag", what_to_do="write en"),
            line(7, PlanState.SKIPPED),
            line(8, PlanState.UNCHANGED),
        ],
        [change(2, edit("name", "Acme", "Acme Fit")), change(3, edit("name", "Acme", "Acme Fit"))],
    )
    root = parsed(report(job(made, {2: Word.CHANGED}), dry_run=False))
    assert root.attrib == {
        "name": "layersync",
        "time": "18.500",
        "tests": "5",
        "failures": "1",
        "errors": "0",
        "skipped": "2",
    }
    cases = root.findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == [f"row {row} {ID} Acme Coffee iOS" for row in (2, 3, 6, 7, 8)]
    assert [case.get("line") for case in cases] == ["2", "3", "6", "7", "8"]
    assert [child.tag for case in cases for child in case] == [
        *("system-out", "skipped", "failure", "skipped", "system-out"),
    ]
    failure = root.find(".//failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("invalid", "no language tag")
    assert failure.text == "F6; no language tag; write en"


def test_the_end_of_a_job_is_an_error_with_every_problem_of_its_sheet() -> None:
    broken = job(None, failure=InputUnusable("no header", "add one"), problems=[Problem(message="twice", column="B")])
    root = parsed(report(broken, job(plan([line(2, PlanState.UNCHANGED)]), name="other")))
    assert (root.get("tests"), root.get("errors")) == ("2", "1")
    error = root.find("testsuite[@name='projects']/testcase/error")
    assert error is not None
    assert (error.get("type"), error.get("message"), error.text) == ("InputUnusable", "no header", "add one; B twice")
    assert root.find("testsuite[@name='other']//error") is None


def test_every_character_may_stand_in_it() -> None:
    for begin in range(0, len(EVERY_CHARACTER), 0x20000):
        text = EVERY_CHARACTER[begin : begin + 0x20000]
        made = f"<r>{xml_text(text).replace('&', '&amp;').replace('<', '&lt;')}</r>"
        assert read(made).text == xml_text(text)


@given(texts, texts)
def test_whatever_the_cells_hold_it_is_well_formed_and_has_one_case_per_row(text: str, other: str) -> None:
    safe = text.encode(errors="replace").decode()
    made = plan(
        [line(3, PlanState.INVALID, key=safe, name=safe, message=safe)],
        [change(2, edit(text or "x", text, other))],
        problems=[Problem(message=other, row=3, header=text, value=text)],
    )
    assert len(parsed(report(job(made, name=text))).findall(".//testcase")) == 2


def test_it_names_the_target() -> None:
    made = report(job(plan([line(2, PlanState.UNCHANGED)])))
    told = {one.get("name"): one.get("value") for one in parsed(made).iter("property")}
    assert (told["base_url"], told["organization_id"]) == (made.run.base_url, made.run.organization_id)
    assert made.run.organization_id
