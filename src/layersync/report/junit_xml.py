"""`junit.xml`: one test case per row, for CI that shows test results."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from layersync.report.counts import counts, job_counts
from layersync.report.instant import instant
from layersync.report.rows import Row, rows
from layersync.report.xml_text import xml_text
from layersync.values.outcome import PROBLEMS, Word
from layersync.values.problem import place_in
from layersync.values.report import JobReport, Report

_SKIPPED = (Word.SKIPPED, Word.NOT_ATTEMPTED)


def junit_xml(report: Report) -> Iterator[str]:
    """One suite per job, one case per row: a problem is a failure, a row not sent is skipped, a job's end an error."""
    ended = sum(_has_ended(job, report) for job in report.jobs)
    seconds = (report.run.finished_at - report.run.started_at).total_seconds()
    totals = _totals(counts(report), ended)
    suites = Element("testsuites", {"name": "layersync", "time": f"{seconds:.3f}", **totals})
    yield '<?xml version="1.0" encoding="utf-8"?>\n' + _opening(suites)
    for job in report.jobs:
        yield from _suite(job, report)
    yield "</testsuites>\n"


def _suite(job: JobReport, report: Report) -> Iterator[str]:
    totals = _totals(job_counts(job, report), int(_has_ended(job, report)))
    started = instant(report.run.started_at)
    suite = Element("testsuite", {"name": xml_text(job.job), "timestamp": started, **totals})
    yield _opening(suite)
    properties = Element("properties")
    told = {
        "base_url": report.run.base_url,
        "organization_id": report.run.organization_id or "",
        "run_id": report.run.run_id,
        "source": job.source,
    }
    for name, value in told.items():
        SubElement(properties, "property", name=name, value=xml_text(value))
    yield _line(properties)
    if _has_ended(job, report):
        yield _line(_end_case(job, report))
    for row in rows(job, report):
        yield _line(_case(row))
    yield "</testsuite>\n"


def _has_ended(job: JobReport, report: Report) -> bool:
    return bool(job.failure or report.failure)


def _end_case(job: JobReport, report: Report) -> Element:
    case = Element("testcase", classname=xml_text(job.job), name="the job ran to its end")
    failure = job.failure or report.failure
    if failure:
        error = SubElement(case, "error", type=type(failure).__name__, message=xml_text(failure.message))
        error.text = xml_text("; ".join((failure.what_to_do, *(f"{p.place} {p.message}" for p in job.problems))))
    return case


def _case(row: Row) -> Element:
    name = " ".join(filter(None, (f"row {row.row}", row.key, row.name)))
    case = Element("testcase", classname=xml_text(row.job), name=xml_text(name), file=xml_text(row.source))
    if row.line:
        case.set("line", str(row.line))
    if row.outcome in PROBLEMS:
        failure = SubElement(case, "failure", type=row.outcome.value, message=xml_text(row.message))
        failure.text = xml_text("; ".join(filter(None, (place_in(row.tab, row.cell), row.message, row.what_to_do))))
    elif row.outcome in _SKIPPED:
        SubElement(case, "skipped", message=xml_text(row.message or row.outcome.value))
    else:
        SubElement(case, "system-out").text = xml_text("; ".join((row.outcome.value, *row.changed_fields)))
    return case


def _totals(found: Mapping[Word, int], ended: int) -> dict[str, str]:
    return {
        "tests": str(sum(found.values()) + ended),
        "failures": str(sum(found[word] for word in PROBLEMS)),
        "errors": str(ended),
        "skipped": str(sum(found[word] for word in _SKIPPED)),
    }


def _opening(element: Element) -> str:
    return tostring(element, encoding="unicode", short_empty_elements=False).removesuffix(f"</{element.tag}>") + "\n"


def _line(element: Element) -> str:
    return tostring(element, encoding="unicode") + "\n"
