"""From settings and flags to what the rooms below receive: which jobs run, how a sheet is read, which limits hold."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from layersync.errors import UsageError
from layersync.settings.address import sheet_source
from layersync.settings.allow import Allowance
from layersync.settings.model import Settings
from layersync.settings.paths import STDIN, absolute_source
from layersync.settings.suggest import did_you_mean, listed
from layersync.values.drift import DriftRules, OnDrift
from layersync.values.guards import Guard, GuardLimits
from layersync.values.rules import SheetRules


def jobs_to_run(settings: Settings, names: Iterable[str]) -> tuple[str, ...]:
    """Gives the named jobs, or every job not marked `default = false`. UsageError for an unknown one, or none."""
    named = tuple(dict.fromkeys(names))
    for name in named:
        if name not in settings.jobs:
            raise UsageError(f"there is no job {name!a}{did_you_mean(name, settings.jobs)}", listed(settings.jobs))
    if named:
        return named
    jobs = tuple(name for name, job in settings.jobs.items() if job.default)
    if not jobs:
        raise UsageError("no job to run: config.toml has none that runs without being named", listed(settings.jobs))
    return jobs


def read_sources(texts: Iterable[str], jobs: Sequence[str], folder: Path) -> dict[str, str]:
    """Reads the values of `--source JOB=PATH`, paths made absolute from `folder`.

    UsageError for another form, for a job that does not run or is named twice, and for an address that no sheet may
    come from. No message repeats the place: an address may hold a secret.
    """
    sources = {}
    for text in texts:
        job, equals, path = text.partition("=")
        if not (equals and job and path):
            raise UsageError(f"--source: write it as JOB=PATH, for example {jobs[0]}=sheet.csv")
        if job not in jobs:
            raise UsageError(f"--source: the job {job!a} does not run{did_you_mean(job, jobs)}", listed(jobs))
        if job in sources:
            raise UsageError(f"--source: the job {job} is given two sheets", "give one; a job reads one sheet")
        sources[job] = absolute_source(_sheet_source(job, path), folder)
    return sources


def _sheet_source(job: str, path: str) -> str:
    try:
        return sheet_source(path)
    except ValueError as error:
        raise UsageError(f"--source {job}: the address {error}") from None


def refuse_two_stdins(sources: Mapping[str, str], api_key_file: str | None) -> None:
    """UsageError when more than one thing would be read from stdin. `sources` are those of all jobs that run."""
    readers = [f"the sheet of {job}" for job, source in sources.items() if source == STDIN]
    readers += ["the API key"] if api_key_file == STDIN else []
    if len(readers) > 1:
        raise UsageError(f"stdin can be read once only, not for {' and '.join(readers)}")


def source_of(settings: Settings, job: str, sources: Mapping[str, str]) -> str:
    """Gives where the sheet of the job is. UsageError when neither the job nor a flag says so."""
    source = sources.get(job) or settings.jobs[job].source
    if source is None:
        raise UsageError(f"the job {job} has no sheet", f"set jobs.{job}.source or give --source {job}=PATH")
    return source


def sheet_rules(
    settings: Settings,
    job: str,
    *,
    sources: Mapping[str, str] | None = None,
    only_keys: Sequence[str] = (),
    only_fields: Sequence[str] = (),
) -> SheetRules:
    """Gives how the sheet of the job is to be read in this run; the arguments are what its flags say."""
    told = settings.jobs[job]
    return SheetRules(
        job=job,
        source=source_of(settings, job, sources or {}),
        key=told.key,
        tab=told.sheet,
        header_row=told.header_row,
        encoding=told.encoding,
        columns=told.columns,
        ignore_columns=told.ignore_columns,
        unknown_columns_are_errors=told.unknown_columns == "error",
        expect=told.expect,
        clear_token=told.clear_token,
        list_separator=told.list_separator,
        max_rows=told.max_rows,
        max_bytes=told.max_bytes,
        only_keys=tuple(only_keys),
        only_fields=tuple(only_fields),
    )


def drift_rules(settings: Settings, job: str) -> DriftRules:
    """Gives what the job does about values that were changed elsewhere (`on_drift`)."""
    rules = {path: OnDrift(mode) for path, mode in settings.jobs[job].on_drift.items()}
    return DriftRules(default=rules.pop("default", OnDrift.OVERWRITE), fields=rules)


def trust_s(settings: Settings, job: str) -> float | None:
    """Gives how long the job may trust a record that it remembers, in seconds; None where it reads everything."""
    told = settings.jobs[job]
    return told.full_every if told.fetch == "changed" else None


def guard_limits(settings: Settings, job: str, allow: Iterable[Allowance] = ()) -> GuardLimits:
    """Gives the limits of the job: defaults, `[guards]`, its own `guards`, and what `--allow` lets through."""
    limits = dict(settings.guards)
    limits |= {name: value for name, value in settings.jobs[job].guards if value is not None}
    return GuardLimits(**limits, allowed=_ceilings(job, allow))


def _ceilings(job: str, allow: Iterable[Allowance]) -> tuple[tuple[Guard, int], ...]:
    """The ceiling of each guard: one that names the job wins over one for all, a later over an earlier."""
    ours = [one for one in allow if one.job in {None, job}]
    ours.sort(key=lambda one: one.job is not None)
    return tuple({one.guard: one.ceiling for one in ours}.items())
