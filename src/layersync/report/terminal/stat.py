"""The short form of a diff: which fields change how often."""

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from layersync.report.runner import no_command
from layersync.report.show import show
from layersync.values.report import JobReport, Report


def stat_text(report: Report) -> Iterator[Text]:
    """One line per job: `projects | name 9 | timezone 6`, the most changed field first."""
    for job in report.jobs:
        yield Text(no_command(" | ".join((show(job.job), *_fields(job)))))


def _fields(job: JobReport) -> list[str]:
    changes = job.plan.changes if job.plan else ()
    found = Counter(edit.path for change in changes for edit in change.edits)
    return [f"{show(path)} {count:,}" for path, count in found.most_common()] or ["no changes"]
