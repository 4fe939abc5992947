"""Exports the records of one job, and says what the sheet does not hold."""

import os
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from rich.text import Text

from layersync.cli.column_list import ANY_KEY, ColumnNote, columns_of
from layersync.cli.ending import ended_by_signals
from layersync.cli.flags import ConfigFlags, OutputFlags, TargetFlags
from layersync.cli.messages import Messages
from layersync.cli.ordering import key_for, settings_from
from layersync.cli.screen import Screen
from layersync.cli.standing import naming_target
from layersync.cli.stdout import Stdout
from layersync.cli.unexpected import hiding
from layersync.errors import UsageError
from layersync.export.draft import LeftOut
from layersync.export.exporting import Exported, Wanted, format_of
from layersync.files import write_new
from layersync.report.show import show
from layersync.resources import RESOURCES
from layersync.resources.resource import Resource
from layersync.run import export
from layersync.settings.jobs import jobs_to_run, sheet_rules
from layersync.settings.model import Settings

_SHOWN = 20


def export_job(job: str, to: str, config: ConfigFlags, target: TargetFlags, output: OutputFlags) -> int:
    """Writes the file, prints where it is and how many records it holds, and gives the exit code."""
    settings = settings_from(config, target.table())
    jobs_to_run(settings, [job])
    path = _free_place(to)
    wanted = _wanted(settings, job, path)
    messages, stdout = Messages(output), Stdout(output.color)
    key = key_for(settings, target, messages.warn)
    naming = naming_target(settings, stdout, output)
    with ended_by_signals(), hiding(key), naming, Screen(messages, stdout, output) as screen:
        exported = export(settings, key, wanted, partial(screen.progress, f"{job}: reading"), screen.tell)
        write_new(path, [exported.raw], settings.run.report_mode)
    for line in _left_out_lines(exported, wanted.form, everything=output.verbose):
        messages.tell(line)
    if not output.quiet:
        stdout.lines(Text(line) for line in _result_lines(exported, wanted.form, to))
    return 0


def _free_place(to: str) -> Path:
    """Gives the path to write. UsageError where something stands, or where there is no folder."""
    path = Path(to).absolute()
    format_of(path)
    if os.path.lexists(path):
        raise UsageError(f"--to {to!a}: the file is there already, and is left alone", "name another file")
    if not path.parent.is_dir():
        raise UsageError(f"--to {to!a}: there is no folder {str(path.parent)!a}")
    return path


def _wanted(settings: Settings, job: str, path: Path) -> Wanted:
    form = RESOURCES[settings.jobs[job].resource]
    rules = sheet_rules(settings, job, sources={job: str(path)})
    return Wanted(form=form, rules=rules, format=format_of(path), notes=_notes(form))


def _notes(form: Resource) -> dict[str, str]:
    return {note.path: _said(note) for note in columns_of(form) if ANY_KEY not in note.path}


def _said(note: ColumnNote) -> str:
    holds = f"{note.type}: {note.limits}" if note.limits else note.type
    return "\n".join((holds, *note.notes))


def _left_out_lines(exported: Exported, form: Resource, *, everything: bool) -> Iterator[str]:
    left = exported.left_out
    for one in islice(left, None if everything else _SHOWN):
        yield f"{_place(one, form)}: {one.why}"
    if len(left) > _SHOWN and not everything:
        yield f"and {len(left) - _SHOWN:,} more; -v tells all"
    if exported.gone:
        yield f"{exported.gone:,} {form.name} were listed, but are gone"


def _place(one: LeftOut, form: Resource) -> str:
    if one.record is None:
        return f"no column {show(one.path)}"
    if one.path is None:
        return f"left out {form.noun} {show(one.record)}"
    return f"left blank {show(one.path)} of {show(one.record)}"


def _result_lines(exported: Exported, form: Resource, to: str) -> Iterator[str]:
    yield f"{exported.target.label} · {show(exported.target.organization_name)}"
    noun = form.noun if exported.records == 1 else form.name
    left = f"; {len(exported.left_out):,} left out, see above" if exported.left_out else ""
    yield f"{exported.records:,} {noun} written to {show(to, 200)}{left}"
