"""Words drift: who moved, from what to what, and what became of it."""

from collections.abc import Iterator

from layersync.report.show import show
from layersync.values.drift import Drift, OnDrift
from layersync.values.outcome import Word
from layersync.values.report import JobReport, Report

_WIDTH = 60
_CARRIED_OUT = {Word.CHANGED: "overwritten", Word.WOULD_CHANGE: "to be overwritten"}


def moved(drift: Drift) -> str:
    """Gives `live changed from "A" to "B" since the last run`: for a place where the sheet's value stands already."""
    return f"live changed from {_word(drift.last_agreed)} to {_word(drift.live)} since the last run"


def drift_sentence(drift: Drift) -> str:
    """Gives `timezone: live changed from "A" to "B" since the last run; the sheet says "C"`, and that it was kept."""
    kept = "; live is kept" if drift.rule is OnDrift.KEEP else ""
    return f"{show(drift.field, _WIDTH)}: {moved(drift)}; the sheet says {_word(drift.desired)}{kept}"


def drift_counts(job: JobReport, report: Report) -> str:
    """Gives `3 fields were changed elsewhere since the last run: 2 overwritten, 1 kept`, empty where none was."""
    drifts = job.plan.drifts if job.plan else ()
    if not drifts:
        return ""
    fields = "1 field was" if len(drifts) == 1 else f"{len(drifts):,} fields were"
    parts = ", ".join(f"{count:,} {word}" for word, count in _counted(job, report) if count)
    return f"{fields} changed elsewhere since the last run" + (f": {parts}" if parts else "")


def _counted(job: JobReport, report: Report) -> Iterator[tuple[str, int]]:
    drifts = job.plan.drifts if job.plan else ()
    done = Word.WOULD_CHANGE if report.run.dry_run else Word.CHANGED
    sent = {change.row for change in job.plan.changes} if job.plan else set()
    if not report.run.dry_run:
        sent = {row for row, outcome in job.outcomes.items() if outcome.word is Word.CHANGED}
    yield _CARRIED_OUT[done], sum(one.rule is OnDrift.OVERWRITE and one.row in sent for one in drifts)
    yield "kept", sum(one.rule is OnDrift.KEEP for one in drifts)
    yield "held", sum(one.rule is OnDrift.HOLD for one in drifts)


def _word(value: object) -> str:
    if value is None:
        return "empty"
    return f'"{show(value, _WIDTH)}"' if isinstance(value, str) else show(value, _WIDTH)
