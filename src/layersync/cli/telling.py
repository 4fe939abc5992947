"""Tells the report of a past run again, in the format that was asked for."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from layersync.cli.flags import ReportFlags, RunsFormat
from layersync.cli.printing import print_report
from layersync.cli.stdout import Stdout
from layersync.order import Ran
from layersync.past_runs import Standing
from layersync.report.exit_code import CHANGES
from layersync.report.junit_xml import junit_xml
from layersync.report.report_html import report_html
from layersync.report.results_csv import results_csv
from layersync.report.runner import no_command_in_json, no_command_in_markup
from layersync.report_keeping import report_again, without_end
from layersync.state.history import PastRun
from layersync.state.store import Store
from layersync.values.report import Report

# what writes the file of a form, and what keeps a CI runner from obeying it when it stands in a log instead
_FILES: Mapping[str, tuple[Callable[[Report], Iterable[str]], Callable[[str], str]]] = {
    "csv": (results_csv, no_command_in_json),
    "html": (report_html, no_command_in_markup),
    "junit": (junit_xml, no_command_in_markup),
}


def tell_again(
    past: PastRun, standing: Standing, store: Store, form: RunsFormat, stdout: Stdout, *, stat: bool
) -> None:
    """Prints the report of a run. UsageError where none was kept."""
    report = _known(report_again(store, past.run.run_id), standing)
    detailed = past.exit_code == CHANGES
    if form in _FILES:
        written, safe = _FILES[form]
        stdout.pieces(map(safe, written(report)))
    elif form == "xlsx":
        stdout.file(_workbook(report, detailed=detailed))
    else:
        flags = ReportFlags(format=form, stat=stat)  # type: ignore[arg-type]
        folder = Path(past.run.folder or "")
        print_report(Ran(report=report, folder=folder), flags, stdout, detailed=detailed, diff_shown=False)


def _known(report: Report, standing: Standing) -> Report:
    """A report that was rebuilt says so itself."""
    if standing is Standing.RUNNING:
        return without_end(report, "this run is still going: this is how far it has come", "look again later")
    if standing is Standing.DIED and report.run.rebuilt_by is None:
        told = "this run died before it ended: this is how far its journal goes"
        return without_end(report, told, "run the job again: it settles what was left open, and carries on")
    return report


def _workbook(report: Report, *, detailed: bool) -> bytes:
    from layersync.report.results_xlsx import results_xlsx  # noqa: PLC0415  few ask for it, and it takes its time

    return results_xlsx(report, detailed=detailed)
