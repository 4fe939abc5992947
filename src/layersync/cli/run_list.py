"""Prints what was run, and the report of one run again."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path

from rich.text import Text

from layersync.cli.flags import ConfigFlags, OutputFlags, RunsFormat
from layersync.cli.ordering import settings_from
from layersync.cli.stdout import Stdout
from layersync.errors import UsageError
from layersync.past_runs import Standing, find_run, known_so_far, standing_of
from layersync.report.instant import instant
from layersync.settings.address import SANDBOX
from layersync.settings.model import Settings
from layersync.state.history import PastRun, past_runs
from layersync.state.store import Store
from layersync.values.outcome import Word

_Line = tuple[PastRun, Standing]


def show_runs(config: ConfigFlags, base_url: str | None, form: RunsFormat, output: OutputFlags) -> int:
    """Lists the past runs against the API of the configuration, newest first."""
    if form not in {"text", "json"}:
        raise UsageError(f"the list of runs is written as text or json, not as {form}", "name a RUN to tell it again")
    settings = settings_from(config, {} if base_url is None else {"api": {"base_url": base_url}})
    with Store.open(settings.run.state_dir) as store:
        known = [known_so_far(past, store) for past in past_runs(store, settings.api.base_url)]
        found = [(past, standing_of(past, settings)) for past in known]
    stdout = Stdout(output.color)
    if output.quiet:
        return 0
    if form == "json":
        stdout.json([json.dumps([_object(*one) for one in found], indent=1), "\n"])
    else:
        stdout.lines(map(Text, run_lines(found, settings)))
    return 0


def show_run(
    place: str,
    config: ConfigFlags,
    report_dir: str | None,
    form: RunsFormat,
    output: OutputFlags,
    *,
    stat: bool,
) -> int:
    """Prints the report of a run once more, with what is known by now of a run that died."""
    from layersync.cli.telling import tell_again  # noqa: PLC0415  the list loads no tables

    settings = settings_from(config, {} if report_dir is None else {"run": {"report_dir": report_dir}})
    with Store.open(settings.run.state_dir) as store:
        found = find_run(store, place, settings.run.report_dir)
        (past,) = (one for one in past_runs(store, found.base_url) if one.run.run_id == found.run_id)
        if not output.quiet:
            tell_again(past, standing_of(past, settings), store, form, Stdout(output.color), stat=stat)
    return 0


def run_lines(found: Sequence[_Line], settings: Settings) -> Iterator[str]:
    """One line per run after that of the target: when and what, how it ended, and its rows by outcome."""
    url = settings.api.base_url
    yield f"{'SANDBOX' if url == SANDBOX else url} · {len(found):,} {'run' if len(found) == 1 else 'runs'}"
    lines = [_cells(past, standing) for past, standing in found]
    widths = [max((len(line[at]) for line in lines), default=0) for at in range(4)]
    for *cells, rows in lines:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), rows]).rstrip()


def _cells(past: PastRun, standing: Standing) -> tuple[str, ...]:
    run = past.run
    began = f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%MZ}"
    return f"{run.run_id}  {began}", _command(past), ", ".join(run.jobs), _end(past, standing), _rows(past)


def _command(past: PastRun) -> str:
    return f"{past.run.command} -n" if past.run.dry_run and past.run.command != "plan" else past.run.command


def _end(past: PastRun, standing: Standing) -> str:
    return f"exit {past.exit_code}" if standing is Standing.FINISHED else standing.value


def _rows(past: PastRun) -> str:
    """The rows by outcome, those that were left alone last."""
    told = sorted(past.counts.items(), key=lambda one: one[0] in {Word.UNCHANGED, Word.SKIPPED})
    return ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in told)


def _object(past: PastRun, standing: Standing) -> dict[str, object]:
    run = past.run
    return {
        "run_id": run.run_id,
        "command": run.command,
        "dry_run": run.dry_run,
        "started_at": instant(run.started_at),
        "finished_at": instant(past.finished_at) if past.finished_at else None,
        "state": standing.value,
        "exit_code": past.exit_code,
        "jobs": list(run.jobs),
        "counts": dict(past.counts),
        "base_url": run.base_url,
        "organization_id": run.organization_id or None,
        "tool_version": run.tool_version,
        "host": run.host,
        "user": run.user,
        "folder": run.folder if run.folder and Path(run.folder).is_dir() else None,
    }
