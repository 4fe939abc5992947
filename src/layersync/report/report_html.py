"""`report.html`: one self-contained page, no script, no external asset; every value is escaped by the serialiser."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from layersync.report.chart import outcome_chart
from layersync.report.counts import counts
from layersync.report.drifted import drift_sentence, moved
from layersync.report.instant import instant
from layersync.report.rows import Row, notable_rows
from layersync.report.sentence import sentence
from layersync.report.terminal import summary_text
from layersync.report.terminal.duration import duration
from layersync.report.terminal.head import head_text
from layersync.report.terminal.sides import written
from layersync.report.xml_text import xml_text
from layersync.values.drift import OnDrift
from layersync.values.outcome import PROBLEMS, Word
from layersync.values.report import Report

ROWS: Final = 5_000
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

_WIDTH: Final = 100
_PRICES: Final = ("job", "writes planned", "reads before them", "estimated", "writes left today", "for the next run")
_READS: Final = ("job", "read by", "requests", "one by one instead", "remembered instead")


def report_html(report: Report) -> Iterator[str]:
    """The page, piece by piece: summary, chart, timings and budget, then the diff, to be filtered by outcome.

    Rows left alone are counted, not listed; of the others the first 5,000 are.
    """
    found = {word: count for word, count in counts(report).items() if count}
    yield "<!DOCTYPE html>\n" + '<html lang="en">\n' + _html(_head(report, found)) + "<body>\n"
    yield _html(_header(report))
    yield _html(outcome_chart(found))
    yield _html(_summary(report))
    yield _html(_figures(report))
    yield _html(_filters(found))
    yield "<main>\n"
    rows = (row for job in report.jobs for row in notable_rows(job, report))
    for row in islice(rows, ROWS):
        yield _html(_row(row))
    left_out = sum(1 for _ in rows)
    if left_out:
        yield _html(_text("p", f"{left_out:,} more rows: see results.csv"))
    yield "</main>\n</body>\n</html>\n"


def _head(report: Report, found: Mapping[Word, int]) -> Element:
    head = Element("head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": POLICY})
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    head.append(_text("title", f"layersync {report.run.run_id}"))
    shown = (
        f"body:has(#only-{word}:checked) main > details:not(.{word}) {{ display: none }}" for word in _listed(found)
    )
    style = files("layersync.report").joinpath("report.css").read_text(encoding="utf-8")
    head.append(_text("style", "\n".join((style, *shown))))
    return head


def _header(report: Report) -> Element:
    run = report.run
    header = Element("header")
    header.append(_text("h1", head_text(report).plain))
    told = (f"run {run.run_id}", f"layersync {run.command}", f"started {instant(run.started_at)}", run.tool_version)
    header.append(_text("p", " · ".join(told)))
    for one in report.sources:
        header.append(_text("p", f"{one.job}: {one.path}, {one.rows:,} rows"))
    return header


def _summary(report: Report) -> Element:
    section = Element("section")
    section.append(_text("h2", "Summary"))
    lines = SubElement(section, "pre")
    lines.text = "\n".join(xml_text(line.plain) for line in summary_text(report, width=_WIDTH, all_reads=True))
    return section


def _figures(report: Report) -> Element:
    run = report.run
    section = Element("section")
    section.append(_text("h2", "Time and budget"))
    took = duration((run.finished_at - run.started_at).total_seconds())
    section.append(_text("p", f"{took} in all; tier {run.tier or 'unknown'}"))
    section.append(_table(("class", "sent", "throttled", "retried"), _requests(report)))
    for header, lines in ((_PRICES, _prices(report)), (_READS, _reads(report))):
        if lines:
            section.append(_table(header, lines))
    return section


def _prices(report: Report) -> list[tuple[str, ...]]:
    return [
        (
            job.job,
            f"{price.writes:,}",
            f"{price.reads:,}",
            duration(price.seconds),
            f"{price.writes_left_today:,}",
            f"{price.carried_over:,}",
        )
        for job in report.jobs
        if job.plan and (price := job.plan.price)
    ]


def _reads(report: Report) -> list[tuple[str, ...]]:
    return [
        (job.job, reads.way, f"{reads.requests:,}", f"{reads.one_by_one:,}", f"{reads.remembered:,}")
        for job in report.jobs
        if job.plan and (reads := job.plan.reads)
    ]


def _requests(report: Report) -> list[tuple[str, ...]]:
    return [
        (name, f"{count.sent:,}", f"{count.throttled:,}", f"{count.retried:,}")
        for name, count in report.requests.items()
    ]


def _filters(found: Mapping[Word, int]) -> Element:
    form = Element("form")
    for name, label in (("all", "everything"), *((word.value, _words(word)) for word in _listed(found))):
        choice = SubElement(form, "label")
        box = SubElement(choice, "input", type="radio", name="only", id=f"only-{name}")
        if name == "all":
            box.set("checked", "checked")
        box.tail = label
    return form


def _listed(found: Mapping[Word, int]) -> list[Word]:
    return [word for word in found if word not in {Word.UNCHANGED, Word.SKIPPED}]


def _row(row: Row) -> Element:
    details = Element("details", {"class": row.outcome.value})
    if row.outcome in PROBLEMS or row.edits or row.drifts:
        details.set("open", "open")
    summary = SubElement(details, "summary")
    summary.append(_text("b", _words(row.outcome)))
    summary.append(_text("code", row.key or "(no key)"))
    summary.append(_text("span", row.name or ""))
    summary.append(_text("small", f"{row.job}, row {row.row}"))
    if row.edits:
        details.append(_edits(row))
    shown = {edit.path for edit in row.edits}
    for drift in row.drifts:
        if drift.field not in shown and drift.rule is not OnDrift.HOLD:
            details.append(_text("p", drift_sentence(drift)))
    for problem in row.problems:
        details.append(_text("p", sentence(problem)))
        details.append(_text("p", problem.what_to_do, "do"))
    if not row.problems or row.edits:
        details.append(_text("p", row.said))
        details.append(_text("p", row.advised, "do"))
    if row.request_id:
        details.append(_text("p", f"HTTP {row.http_status}, request {row.request_id}", "fine"))
    return details


def _edits(row: Row) -> Element:
    table = Element("table")
    for edit in row.edits:
        line = SubElement(table, "tr")
        line.append(_text("th", edit.path))
        before, after = written(edit)
        line.append(_text("td", before, "old"))
        line.append(_text("td", after, "new"))
        drifted = (moved(drift) for drift in row.drifts if drift.field == edit.path)
        line.append(_text("td", "; ".join(filter(None, (edit.note, *drifted))), "note"))
    return table


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> Element:
    table = Element("table")
    for tag, cells in (("th", header), *(("td", line) for line in lines)):
        row = SubElement(table, "tr")
        row.extend(_text(tag, cell) for cell in cells)
    return table


def _words(word: Word) -> str:
    return word.replace("_", " ")


def _text(tag: str, text: str, kind: str = "") -> Element:
    element = Element(tag, {"class": kind} if kind else {})
    element.text = text if tag == "style" else xml_text(text)
    return element


def _html(element: Element) -> str:
    return tostring(element, encoding="unicode", method="html") + "\n"
