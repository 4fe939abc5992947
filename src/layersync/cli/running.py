"""Runs what a command line asks of `sync`, and prints what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from layersync.cli.applying import apply_order
from layersync.cli.flags import RunFlags, SheetFlags
from layersync.cli.messages import Messages
from layersync.cli.ordering import sheet_order
from layersync.cli.printing import print_report
from layersync.cli.screen import Screen
from layersync.cli.stdout import Stdout
from layersync.cli.undoing import undo_order
from layersync.cli.unexpected import hiding
from layersync.errors import SyncError, UsageError
from layersync.order import Order
from layersync.report.exit_code import exit_code, worse_of
from layersync.report.results_csv import outcomes_csv
from layersync.report.terminal import quiet_text
from layersync.run import run_sync

_WELL = frozenset({0, 2})

_MakeOrder = Callable[[Callable[[str], None]], Order]


def run_sheets(
    command: str,
    names: Sequence[str],
    sheet: SheetFlags,
    flags: RunFlags,
    *,
    dry_run: bool,
    yes: bool = False,
    out: str | None = None,
    explain: str | None = None,
    retry_quarantined: bool = False,
) -> int:
    """Runs the plan that the sheets of the jobs come to, and gives the exit code."""
    if explain is not None and not dry_run:
        raise UsageError("--explain is for a preview", "add -n")

    def order(warn: Callable[[str], None]) -> Order:
        made = sheet_order(command, names, sheet, flags, warn, dry_run=dry_run, yes=yes, out=out)
        return replace(made, explain=explain, retry_quarantined=retry_quarantined)

    return _run(order, flags)


def run_saved(place: str, flags: RunFlags, *, dry_run: bool, yes: bool) -> int:
    """Runs a saved plan, a file or that of a run, and gives the exit code."""
    return _run(lambda warn: apply_order(place, flags, warn, dry_run=dry_run, yes=yes), flags)


def run_undo(place: str, flags: RunFlags, *, dry_run: bool, yes: bool) -> int:
    """Undoes a run, and gives the exit code."""
    return _run(lambda warn: undo_order(place, flags, warn, dry_run=dry_run, yes=yes), flags)


def _run(make_order: _MakeOrder, flags: RunFlags) -> int:
    """Makes the order, runs it, and prints its report as the flags say."""
    messages, stdout = Messages(flags.output), Stdout(flags.output.color)
    order = make_order(messages.warn)
    with hiding(order.key), Screen(messages, stdout, flags.output, flags.report.format) as screen:
        ran = run_sync(order, screen)
    code = exit_code(ran.report, detailed=order.detailed)
    if ran.unwritten is not None:
        messages.fail(ran.unwritten)
        messages.lines(outcomes_csv(ran.report))
    if flags.output.quiet:
        if code not in _WELL:
            messages.lines(f"{line}\n" for line in quiet_text(ran.report, str(ran.folder)).splitlines())
        return code
    try:
        print_report(ran, flags.report, stdout, detailed=order.detailed, diff_shown=screen.diff_shown)
    except SyncError as error:
        messages.fail(error)
        return worse_of(code, error.exit_code)
    return code
