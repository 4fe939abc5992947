"""Runs what a command line asks of `sync`, and prints what came of it."""

from collections.abc import Sequence

from layersync.cli.flags import Asked
from layersync.cli.messages import Messages
from layersync.cli.ordering import make_order
from layersync.cli.printing import print_report
from layersync.cli.screen import Screen
from layersync.cli.stdout import Stdout
from layersync.cli.unexpected import hiding
from layersync.report.exit_code import exit_code
from layersync.report.terminal import quiet_text
from layersync.run import run_sync

_WELL = frozenset({0, 2})


def run(
    command: str, names: Sequence[str], asked: Asked, *, dry_run: bool, yes: bool = False, out: str | None = None
) -> int:
    """Makes the order, runs it, prints its report as the flags say, and gives the exit code."""
    messages, stdout = Messages(asked.output), Stdout(asked.output.color)
    order = make_order(command, names, asked, messages.warn, dry_run=dry_run, yes=yes, out=out)
    with hiding(order.key), Screen(messages, stdout, asked.output) as screen:
        ran = run_sync(order, screen)
    code = exit_code(ran.report, detailed=order.detailed)
    if not asked.output.quiet:
        print_report(ran, asked.report, stdout, detailed=order.detailed, diff_shown=screen.diff_shown)
    elif code not in _WELL:
        messages.raw(quiet_text(ran.report, str(ran.folder)) + "\n")
    return code
