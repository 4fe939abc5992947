"""`--allow [JOB.]NAME=N`: how far a person lifts a guard for one run."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from layersync.errors import UsageError
from layersync.settings.suggest import did_you_mean, listed
from layersync.values.guards import Guard


@dataclass(frozen=True, slots=True)
class Allowance:
    """Up to `ceiling` are let through by a guard, in one job or (None) in each of the run."""

    job: str | None
    guard: Guard
    ceiling: int


def allowances(texts: Iterable[str], jobs: Iterable[str]) -> tuple[Allowance, ...]:
    """Reads the values of `--allow`. UsageError for another form, an unknown guard, a job that is not configured."""
    known = tuple(jobs)
    return tuple(_allowance(text, known) for text in texts)


def _allowance(text: str, jobs: tuple[str, ...]) -> Allowance:
    match = re.fullmatch(r"(?:([^.=]+)\.)?([^.=]+)=(\d{1,9})", text, re.ASCII)
    if match is None:
        raise UsageError(f"--allow {text!a}: write it as NAME=N or JOB.NAME=N, for example projects.archive=3")
    job, name, ceiling = match.groups()
    if job is not None and job not in jobs:
        raise UsageError(f"--allow {text!a}: there is no job {job!a}{did_you_mean(job, jobs)}", listed(jobs))
    if name not in list(Guard):
        raise UsageError(f"--allow {text!a}: there is no guard {name!a}{did_you_mean(name, Guard)}", listed(Guard))
    return Allowance(job, Guard(name), int(ceiling))
