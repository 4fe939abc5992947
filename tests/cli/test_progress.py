"""Progress: on a terminal a bar that does not forget its pauses, else a line per tenth or minute, and never a flood."""

from rich.progress import Task, TaskID

from layersync.cli.progress import Lines, TimeLeft, rate_of


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def lines(seconds_each: float, total: int) -> list[str]:
    told: list[str] = []
    clock = Clock()
    progress = Lines(told.append, clock)
    for done in range(total + 1):
        progress.show("projects", done, total)
        clock.now += seconds_each
    return told


def test_a_long_job_tells_every_tenth() -> None:
    told = lines(1.0, 200)
    assert told == [f"projects: {done} of 200 done" for done in range(20, 201, 20)]


def test_a_slow_job_tells_every_minute() -> None:
    assert lines(20.0, 1000)[:3] == [f"projects: {done} of 1,000 done" for done in (3, 6, 9)]


def test_a_job_that_is_over_at_once_tells_nothing() -> None:
    assert lines(0.01, 50) == []


def test_numbers_are_readable() -> None:
    assert lines(0.01, 20_000)[0] == "projects: 2,000 of 20,000 done"


def task(clock: Clock, done: int, total: int) -> Task:
    begun = Task(TaskID(0), "projects", total, done, _get_time=clock)
    begun.start_time = 0.0
    return begun


def test_the_time_left_counts_the_pauses() -> None:
    """54 writes of a minute are sent in a second, and then none: what is left takes as long as the minutes do."""
    clock = Clock()
    clock.now = 30.0
    resting = task(clock, 54, 270)
    assert (str(TimeLeft().render(resting)), rate_of(resting)) == ("0:02:00 left", "108/min")
    clock.now = 60.0
    assert (str(TimeLeft().render(resting)), rate_of(resting)) == ("0:04:00 left", "54/min")


def test_nothing_is_said_of_the_time_left_while_nothing_is_done() -> None:
    clock = Clock()
    clock.now = 5.0
    assert (str(TimeLeft().render(task(clock, 0, 10))), rate_of(task(clock, 0, 10))) == ("", "")
