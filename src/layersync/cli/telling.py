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
from layersync.report_keeping import report_again, without_end
from layersync.state.history import PastRun
from layersync.state.store import Store
from layersync.values.report import Report

_FILES: Mapping[str, Callable[[Report], Iterable[str]]] = {
    "csv": results_csv,
    "html": report_html,
    "junit": junit_xml,
}


def tell_again(
    past: PastRun, standing: Standing, store: Store, form: RunsFormat, stdout: Stdout, *, stat: bool
) -> None:
    """Prints the report of a run. UsageError where none was kept."""
    report = _known(report_again(store, past.run.run_id), standing)
    detailed = past.exit_code == CHANGES
    if form in _FILES:
        stdout.pieces(_FILES[form](report))
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
