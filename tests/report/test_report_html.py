"""The page: self-contained, without script, and no value of a cell is ever an element."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given

from layersync.errors import InputUnusable
from layersync.report.chart import WIDTH, outcome_chart
from layersync.report.report_html import POLICY, ROWS, report_html
from layersync.report.show import hidden
from layersync.values.outcome import Word
from layersync.values.plan import PlanState, Price
from layersync.values.problem import Problem
from layersync.values.reads import Reads
from layersync.values.report import Report
from tests.report.made import change, edit, job, line, plan, report
from tests.report.texts import texts

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>",
    "javascript:alert(1)",
    "&lt;b&gt;",
)


class Page(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]


def page(made: Report) -> Page:
    return Page("".join(report_html(made)))


def mixed(text: str = "Acme", other: str = "Acme Fit") -> Report:
    safe = text.encode(errors="replace").decode()
    made = plan(
        [
            line(6, PlanState.INVALID, cell="F6", message=safe, what_to_do=safe, key=safe, name=safe),
            line(7, PlanState.NOT_FOUND, message=safe, what_to_do=safe),
            line(8, PlanState.UNCHANGED),
        ],
        [change(2, edit("metadata.x", text, other, text), edit("name", text, None))],
        problems=[Problem(message=text, what_to_do=other, row=6, column="F", header=text, value=text)],
        notices=[Problem(message=text)],
        price=Price(writes=1, seconds=61, writes_left_today=9000, carried_over=0),
        reads=Reads(pages=7, records=3, one_by_one=1234),
    )
    broken = job(None, failure=InputUnusable(text, other), problems=[Problem(message=text)], name="broken")
    return report(job(made), broken, organization_name=text)


def test_the_page_tells_target_summary_budget_and_every_row_that_matters() -> None:
    html = page(mixed())
    text = " ".join(html.texts)
    assert "1 not found.\n    1 write, 0 reads: about 1 min 01 s\n    9,000 writes left today\n    read 7 pages" in text
    for told in (
        "SANDBOX · Acme",
        "1 to change (2 fields)",
        "write-light",
        "1 min 01 s",
        "9,000",
        "(cleared)",
        "1,234",
        "row 7",
    ):
        assert told in text
    assert [attributes["class"] for tag, attributes in html.elements if tag == "details"] == [
        *("would_change", "invalid", "not_found"),
    ]


def test_the_page_names_what_every_job_was_made_from() -> None:
    made = report(job(plan([line(8, PlanState.UNCHANGED)])))
    (source,) = made.sources
    assert f"projects: {source.path}, {source.rows:,} rows" in page(made).texts


def test_rows_are_filtered_without_a_script() -> None:
    html = "".join(report_html(mixed()))
    radios = [attributes["id"] for tag, attributes in Page(html).elements if tag == "input"]
    assert radios == ["only-all", "only-would_change", "only-invalid", "only-not_found"]
    for radio in radios[1:]:
        word = str(radio).removeprefix("only-")
        assert f"body:has(#{radio}:checked) main > details:not(.{word}) {{ display: none }}" in html


def test_nothing_is_loaded_and_nothing_runs() -> None:
    html = page(mixed())
    policy = [attributes["content"] for tag, attributes in html.elements if attributes.get("http-equiv")]
    assert policy == [POLICY]
    assert not {"script", "link", "img", "iframe", "object", "a", "base"} & set(html.tags())
    assert not re.search(r"url\(|@import|https?://(?!127\.0\.0\.1)", "".join(report_html(mixed())))


@given(texts, texts)
def test_no_value_becomes_an_element_or_hides(text: str, other: str) -> None:
    html = page(mixed(text, other))
    assert (
        html.elements == [(tag, {**attributes}) for tag, attributes in page(mixed()).elements]
        or html.tags() == page(mixed()).tags()
    )
    assert not [c for c in "".join(html.texts) if hidden(c) and c != "\n"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_looks_like_html_is_shown_as_text(payload: str) -> None:
    html = page(mixed(payload, payload + "x"))
    assert html.tags() == page(mixed()).tags()
    assert payload in html.texts


def test_a_large_run_lists_no_more_rows_than_a_browser_bears() -> None:
    bad = [line(row, PlanState.INVALID, message="wrong") for row in range(2, ROWS + 12)]
    html = page(report(job(plan(bad))))
    assert html.tags().count("details") == ROWS
    assert "10 more rows: see results.csv" in html.texts


def test_the_chart_is_as_wide_as_it_says_and_shows_even_a_single_row() -> None:
    bar = outcome_chart({Word.UNCHANGED: 99_999, Word.FAILED: 1})[0]
    widths = [float(part.get("width", "")) for part in bar]
    assert sum(widths) == pytest.approx(WIDTH, abs=0.1)
    assert min(widths) > 3
    assert bar.get("aria-label") == "99999 unchanged, 1 failed"


def test_a_run_without_rows_has_an_empty_chart() -> None:
    assert len(outcome_chart({})[0]) == 0
