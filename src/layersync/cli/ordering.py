"""From flags to an order: everything checked that can be checked before anything is read."""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from layersync.cli.flags import ConfigFlags, RunFlags, SheetFlags, TargetFlags
from layersync.errors import UsageError
from layersync.order import Order
from layersync.settings.address import SANDBOX
from layersync.settings.allow import allowances
from layersync.settings.jobs import jobs_to_run, read_sources, refuse_two_stdins, source_of
from layersync.settings.keyless import WHERE_KEYS_BELONG
from layersync.settings.load import load_settings
from layersync.settings.model import Settings
from layersync.settings.paths import STDIN
from layersync.settings.secret import ApiKey, find_key
from layersync.settings.units import seconds


def settings_from(config: ConfigFlags, *tables: Mapping[str, Any]) -> Settings:
    """Reads the settings, with what the flags of this command line say over them."""
    return load_settings(config.config, {name: value for table in tables for name, value in table.items()})


def key_for(settings: Settings, target: TargetFlags, warn: Callable[[str], None]) -> ApiKey | None:
    """Finds the key; None for the sandbox, which needs none. UsageError where one is needed and nobody gave it."""
    if settings.api.base_url == SANDBOX:
        return None
    key = find_key(target.api_key_file, os.environ, warn=warn)
    if key is None:
        raise UsageError("there is no API key", WHERE_KEYS_BELONG)
    return key


def sheets_of(settings: Settings, names: Sequence[str], sheet: SheetFlags) -> tuple[tuple[str, ...], dict[str, str]]:
    """Gives the jobs that run, and the sheet of each. UsageError for a job without one, or unknown."""
    jobs = jobs_to_run(settings, names)
    sources = read_sources(sheet.source, jobs, Path.cwd())
    return jobs, {job: source_of(settings, job, sources) for job in jobs}


def sheet_order(
    command: str,
    names: Sequence[str],
    sheet: SheetFlags,
    flags: RunFlags,
    warn: Callable[[str], None],
    *,
    dry_run: bool,
    yes: bool = False,
    out: str | None = None,
) -> Order:
    """Gives the order to plan from sheets. UsageError for the first thing that is wrong with the command line."""
    settings = settings_of_run(flags)
    jobs, sources = sheets_of(settings, names, sheet)
    refuse_two_stdins(sources, flags.target.api_key_file)
    ask = not (dry_run or yes) and somebody_to_ask(sources)
    return replace(
        order_of(command, jobs, settings, flags, warn, dry_run=dry_run, ask=ask),
        sources=sources,
        only_keys=sheet.key,
        only_fields=sheet.fields,
        plan_out=_place_of_plan(out) if out else None,
    )


def _place_of_plan(out: str) -> Path:
    """Gives the path to write the plan to. UsageError where no file can stand: not only once all was read."""
    path = Path(out).absolute()
    if path.is_dir():
        raise UsageError(f"--out {out!a}: this is a folder", "name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"--out {out!a}: there is no folder {str(path.parent)!a}")
    return path


def settings_of_run(flags: RunFlags) -> Settings:
    """Reads the settings of a command that runs jobs."""
    return settings_from(flags.config, flags.target.table(), flags.course.table())


def order_of(
    command: str,
    jobs: tuple[str, ...],
    settings: Settings,
    flags: RunFlags,
    warn: Callable[[str], None],
    *,
    dry_run: bool,
    ask: bool,
) -> Order:
    """Gives what every order holds, whatever it carries out. UsageError for a flag that is wrong."""
    course = flags.course
    return Order(
        settings=settings,
        jobs=jobs,
        command=command,
        dry_run=dry_run,
        ask=ask,
        allow=allowances(course.allow, settings.jobs),
        deadline=_deadline(course.deadline, datetime.now().astimezone()),
        max_duration_s=_seconds("--max-duration", course.max_duration),
        wait_s=_seconds("--wait", course.wait) or 0.0,
        detailed=course.detailed_exitcode,
        key=key_for(settings, flags.target, warn),
    )


def somebody_to_ask(sources: Mapping[str, str]) -> bool:
    """Tells whether a person sits at the terminal. UsageError where stdin is a sheet, so that they can't answer."""
    if not sys.stderr.isatty():
        return False
    if STDIN in sources.values():
        raise UsageError("the sheet comes from stdin, so nobody can be asked there", "add --yes, or -n to look first")
    return sys.stdin.isatty()


def next_occurrence(text: str, now: datetime) -> datetime:
    """Gives when the local clock shows `HH:MM` next. ValueError for another form."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if match is None:
        raise ValueError("is not a time of day; write it like 05:30")
    # a day has no fixed length where clocks change, so the wall clock is moved and the offset asked for anew
    wall = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0, tzinfo=None)
    today = wall.astimezone()
    return today if today > now else (wall + timedelta(days=1)).astimezone()


def _deadline(text: str | None, now: datetime) -> datetime | None:
    try:
        return None if text is None else next_occurrence(text, now)
    except ValueError as error:
        raise UsageError(f"--deadline {text!a} {error}") from None


def _seconds(flag: str, text: str | None) -> float | None:
    try:
        return None if text is None else seconds(text)
    except ValueError as error:
        raise UsageError(f"{flag} {text!a} {error}") from None
