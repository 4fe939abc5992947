"""Checks the sheet of one job as `sync` would, without the live records."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from layersync.cli.findings import Check, findings_json, findings_quiet, findings_text, target_line
from layersync.cli.flags import CheckFormat, ConfigFlags, OutputFlags, SheetFlags
from layersync.cli.messages import Messages
from layersync.cli.ordering import settings_from, sheets_of
from layersync.cli.printing import repository
from layersync.cli.stdout import Stdout
from layersync.errors import InputUnusable
from layersync.plan.duplicates import duplicates
from layersync.report.github import problem_annotations
from layersync.resources import RESOURCES
from layersync.settings.jobs import refuse_two_stdins, sheet_rules
from layersync.settings.model import Settings
from layersync.sheet.fit import check_fit
from layersync.sheet.reading import read_sheet
from layersync.sheet.sought import refuse_missing, refuse_missing_fields
from layersync.values.address import is_address
from layersync.values.source_name import source_name


def check_sheets(
    names: Sequence[str],
    config: ConfigFlags,
    sheet: SheetFlags,
    format: CheckFormat,
    output: OutputFlags,
) -> int:
    """Checks the jobs, prints every problem, and gives the exit code: 4 wins over 3."""
    settings = settings_from(config)
    jobs, sources = sheets_of(settings, names, sheet)
    refuse_two_stdins(sources, None)
    messages = Messages(output)
    checks = [check_job(settings, job, sources, sheet, messages) for job in jobs]
    refuse_missing([check.missing_keys for check in checks])
    refuse_missing_fields([check.missing_fields for check in checks])
    code = max(check.exit_code for check in checks)
    stdout = Stdout(output.color)
    if output.quiet:
        messages.lines(findings_quiet(checks))
    elif format == "json":
        stdout.json(findings_json(checks, settings.api.base_url, code))
    else:
        stdout.lines([target_line(settings.api.base_url, settings.api.organization)])
        stdout.lines(findings_text(checks, stdout.width))
    if format == "github":
        stdout.pieces(problem_annotations((one for check in checks for one in check.problems), repository()))
    return code


def check_job(settings: Settings, job: str, sources: Mapping[str, str], sheet: SheetFlags, messages: Messages) -> Check:
    """Reads and checks the sheet of one job.

    A sheet that is not on this machine is not read: `check` is offline.
    """
    resource = settings.jobs[job].resource
    rules = sheet_rules(settings, job, sources=sources, only_keys=sheet.key, only_fields=sheet.fields)
    if is_address(rules.source):
        check_fit(rules, RESOURCES[resource])
        return Check(job=job, resource=resource, source=source_name(rules.source), skipped=True)
    messages.detail(f"{job}: checking {rules.source}")
    try:
        desired = read_sheet(rules, RESOURCES[resource])
    except InputUnusable as error:
        return Check(job=job, resource=resource, source=rules.source, problems=error.problems, failure=error)
    found = Check(
        job=job,
        resource=resource,
        source=rules.source,
        rows=desired.rows.height,
        problems=(*desired.problems, *duplicates(desired, RESOURCES[resource])),
        notices=desired.notices,
        missing_keys=desired.missing_keys,
        missing_fields=desired.missing_fields,
    )
    return _aborted(found) if settings.jobs[job].invalid_rows == "abort" and found.bad_rows else found


def _aborted(found: Check) -> Check:
    rows = "1 row is" if found.bad_rows == 1 else f"{found.bad_rows:,} rows are"
    told = f'{rows} invalid, and the job says invalid_rows = "abort"'
    return replace(found, failure=InputUnusable(told, "correct them"))
