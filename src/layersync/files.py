"""The files of a report, and the plan that a dry or held run keeps: where they stand and how they are written."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

from layersync import latest
from layersync.errors import StoppedEarly, UsageError
from layersync.order import Order
from layersync.plan.saved import decisions, plan_text, saved_form
from layersync.report.junit_xml import junit_xml
from layersync.report.report_html import report_html
from layersync.report.results_csv import changes_csv, results_csv
from layersync.report.results_json import results_json
from layersync.report.retry_csv import retry_csv
from layersync.report.summary_md import summary_md
from layersync.settings.model import Run
from layersync.state.whole_file import write_whole
from layersync.values.plan import Plan
from layersync.values.report import Report

PLAN_FILE = "plan.json"

# The files of a report, and what a run that died while it wrote one may have left.
_OURS = re.compile(
    r"(results\.(csv|json|xlsx)|changes\.csv|report\.html|summary\.md|junit\.xml|plan\.json|retry(-[A-Za-z0-9_-]+)?\.csv)"
    r"|\..+\.[0-9a-f]{8}"
)
_NOT_THE_DISK = (PermissionError, NotADirectoryError, FileExistsError)


def make_folder(order: Order, run_id: str) -> Path:
    """Makes the folder of a run before anything is sent: a run that could not report must not write.

    Raises UsageError where there can be none, StoppedEarly for a disk that fails.
    """
    latest.refuse_taken(order.settings.run.report_dir)
    folder = order.settings.run.report_dir / run_id
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        told = f"{folder.parent} cannot hold a report: {error.strerror}"
        if isinstance(error, _NOT_THE_DISK):
            raise UsageError(told, "check run.report_dir or --report-dir; nothing was sent") from error
        raise StoppedEarly(told, "free the disk; nothing was sent") from error
    return folder


class ReportFiles:
    """The files of one run's report, which are written once; `tell` hears what a person should know besides."""

    def __init__(self, order: Order, folder: Path, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self._order = order
        self._tell = tell
        self._written = False

    def write(self, report: Report) -> None:
        """Writes them unless they are, and points `latest` at them.

        Raises StoppedEarly when the disk does not take them; those that it takes are there.
        """
        if not self._written:
            _write_files(report, self._order, self.folder, self._tell)
            self._written = True


def _write_files(report: Report, order: Order, folder: Path, tell: Callable[[str], None]) -> None:
    settings = order.settings.run
    _each_of(
        (
            partial(write_report, report, settings, folder, detailed=order.detailed),
            *(partial(_write_plan, place, report, order) for place in _plan_places(report, order, folder)),
            partial(_point_latest, settings.report_dir, report.run.run_id, tell),
        )
    )


def write_report(report: Report, settings: Run, folder: Path, *, detailed: bool = False) -> None:
    """Writes the formats of a report into its folder, which is made where it is gone; `detailed` as in `Order`.

    Raises StoppedEarly when the disk does not take them; those that it takes are there.
    """
    make = partial(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    files = _files(report, settings, detailed=detailed)
    _each_of((make, *(partial(write_whole, folder / name, pieces, settings.report_mode) for name, pieces in files)))


def drop_folder(folder: Path, run_id: str) -> None:
    """Removes the folder of a run with the files that layersync writes there.

    Whatever else somebody put there stays, and the folder with it. What is no folder of that run is left alone.
    """
    if folder.name != run_id or folder.is_symlink() or not folder.is_dir():
        return
    with suppress(OSError):
        for file in folder.iterdir():
            if _OURS.fullmatch(file.name):
                file.unlink()
        folder.rmdir()


def _each_of(works: Iterable[Callable[[], None]]) -> None:
    """Does every one of them, whatever became of those before. Raises StoppedEarly for the first that failed."""
    failed: list[OSError | StoppedEarly] = []
    for work in works:
        try:
            work()
        except (OSError, StoppedEarly) as error:
            failed.append(error)
    if failed:
        raise _not_written(failed[0]) from failed[0]


def _not_written(error: OSError | StoppedEarly) -> StoppedEarly:
    if isinstance(error, StoppedEarly):
        return error
    return StoppedEarly(f"the report could not be written: {error}", "free the disk; the journal has it all")


def write_new(path: Path, pieces: Iterable[bytes], mode: int) -> None:
    """Writes a file, whole or not at all, where none stands.

    Raises UsageError where one stands after all, StoppedEarly when the disk does not take it.
    """
    try:
        path.touch(mode=mode, exist_ok=False)
        try:
            write_whole(path, pieces, mode)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is left alone", "name another file") from None
    except OSError as error:
        raise StoppedEarly(
            f"{path} could not be written: {error.strerror}", "free the disk, or name another"
        ) from error


def _writers(detailed: bool) -> Mapping[str, Mapping[str, Callable[[Report], Iterable[str]]]]:
    """The files of each format, and what writes them."""
    return {
        "csv": {"results.csv": results_csv, "changes.csv": changes_csv},
        "json": {"results.json": partial(results_json, detailed=detailed)},
        "html": {"report.html": report_html},
        "markdown": {"summary.md": lambda report: [summary_md(report)]},
        "junit": {"junit.xml": junit_xml},
    }


def _files(report: Report, settings: Run, *, detailed: bool) -> Iterator[tuple[str, Iterable[bytes]]]:
    formats, writers = settings.formats, _writers(detailed)
    for chosen in formats:
        for name, write in writers.get(chosen, {}).items():
            yield name, _encoded(write(report))
    if "xlsx" in formats:
        from layersync.report.results_xlsx import results_xlsx  # noqa: PLC0415  few ask for it, and it takes its time

        yield "results.xlsx", [results_xlsx(report, detailed=detailed)]
    if "csv" in formats:
        yield from _retries(report)


def _retries(report: Report) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The rows to correct, one file per job that has any; its name needs the job's only where there are several."""
    for job in report.jobs:
        if job.plan is None or job.grid is None or not job.plan.decided:
            continue  # what was not even compared is run again as the sheet that it is, with all its guards
        pieces = retry_csv(job, report, job.grid)
        first = next(pieces, None)
        if first is not None:
            yield "retry.csv" if len(report.jobs) == 1 else f"retry-{job.job}.csv", chain([first], pieces)


def _encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    return (piece.encode() for piece in pieces)


def _plans(report: Report, order: Order) -> list[Plan]:
    """The plans that may be carried out later: what this run could not have sent is not kept for another."""
    kept = [job.plan_to_keep for job in report.jobs if job.plan_to_keep is not None]
    return [] if order.settings.run.all_or_nothing and len(kept) < len(report.jobs) else kept


def _plan_places(report: Report, order: Order, folder: Path) -> Iterator[Path]:
    """Where the plan of the run is to be kept."""
    plans = _plans(report, order)
    if plans and (report.run.dry_run or any(plan.holds for plan in plans)):
        yield folder / PLAN_FILE
    if plans and order.plan_out is not None:
        yield order.plan_out


def _write_plan(place: Path, report: Report, order: Order) -> None:
    write_whole(place, _encoded([_plan(report, order)]), order.settings.run.report_mode)


def _plan(report: Report, order: Order) -> str:
    """The plan of the run; one that was saved already stays the same, byte for byte, wherever it is kept."""
    if order.saved is not None:
        return order.saved.text
    run = report.run
    decided = decisions(_plans(report, order), run.base_url, run.organization_id or "", run.config_sha256)
    return plan_text(saved_form(decided, run.run_id))


def _point_latest(report_dir: Path, run_id: str, tell: Callable[[str], None]) -> None:
    told = latest.point_to(report_dir, run_id)
    if told:
        tell(told)
