"""How far a run has come: a bar on a terminal, else a line per tenth or minute."""

import sys
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

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
            _Rate(),
            TimeLeft(),
            console=Console(stderr=True, no_color=True if output.color == "never" else None),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def show(self, job: str, done: int, total: int) -> None:
        """Moves the bar of the job."""
        if job not in self._tasks:
            self._bars.start()
            self._tasks[job] = self._bars.add_task(job, total=total)
        self._bars.update(self._tasks[job], completed=done, total=total)
        if done >= total:
            self._bars.remove_task(self._tasks.pop(job))
        if not self._tasks:
            self._bars.stop()

    def end(self) -> None:
        """Takes all bars away; the terminal is free for a question."""
        for job in list(self._tasks):
            self._bars.remove_task(self._tasks.pop(job))
        self._bars.stop()


class TimeLeft(ProgressColumn):
    """How long the rest takes at the pace so far, pauses included: rates count per minute, and go in bursts."""

    def render(self, task: Task) -> Text:
        """Words it; nothing before anything is done."""
        if not task.completed or task.total is None or not task.elapsed:
            return Text("")
        left_s = task.elapsed / task.completed * (task.total - task.completed)
        return Text(f"{timedelta(seconds=round(left_s))} left")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(rate_of(task))


def rate_of(task: Task) -> str:
    """Words the pace so far, pauses included; nothing before anything is done."""
    return f"{task.completed / task.elapsed * 60:,.0f}/min" if task.completed and task.elapsed else ""
