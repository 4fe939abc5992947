"""How far a run has come: a bar on a terminal, else a line per tenth or minute."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from layersync.cli.flags import OutputFlags
from layersync.cli.messages import Messages

_STEPS = 10
_LONGEST_SILENCE_S = 60.0
_SHORTEST_SILENCE_S = 1.0


class Progress(Protocol):
    """Something that shows how many of a job's changes are done."""

    def show(self, job: str, done: int, total: int) -> None:
        """Shows it, or keeps quiet until it is worth a line."""

    def end(self) -> None:
        """Leaves the terminal as it was."""


def progress_for(messages: Messages, output: OutputFlags) -> Progress:
    """Chooses the bar where a person looks at stderr, lines everywhere else."""
    watched = sys.stderr.isatty() and not output.quiet and output.log_format == "text"
    return Bar(output) if watched else Lines(messages.tell, monotonic)


class Lines:
    """One line per tenth of the work, or per minute; none while lines would only tumble over each other."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._tell, self._clock = tell, clock
        self._told: dict[str, tuple[int, float]] = {}

    def show(self, job: str, done: int, total: int) -> None:
        """Says `projects: 30 of 100 done` when another tenth or a minute has passed."""
        step, now = done * _STEPS // max(total, 1), self._clock()
        last_step, last_at = self._told.setdefault(job, (0, now))
        silent_s = now - last_at
        if silent_s >= (_SHORTEST_SILENCE_S if step > last_step else _LONGEST_SILENCE_S):
            self._told[job] = step, now
            self._tell(f"{job}: {done:,} of {total:,} done")

    def end(self) -> None:
        """Nothing is left behind by lines."""


class Bar:
    """A bar per job with rate and time left, gone when the job is done."""

    def __init__(self, output: OutputFlags) -> None:
        self._bars = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True, no_color=True if output.color == "never" else None),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def show(self, job: str, done: int, total: int) -> None:
        """Moves the bar of the job."""
        if job not in self._tasks:
            self._bars.start()
            self._tasks[job] = self._bars.add_task(job, total=total, rate="")
        self._bars.update(self._tasks[job], completed=done, total=total, rate=self._rate(self._tasks[job]))
        if done >= total:
            self._bars.remove_task(self._tasks.pop(job))
        if not self._tasks:
            self._bars.stop()

    def end(self) -> None:
        """Takes all bars away; the terminal is free for a question."""
        for job in list(self._tasks):
            self._bars.remove_task(self._tasks.pop(job))
        self._bars.stop()

    def _rate(self, task: TaskID) -> str:
        speed = next(one.speed for one in self._bars.tasks if one.id == task)
        return f"{speed * 60:,.0f}/min" if speed else ""
