"""Progress without a terminal: a line per tenth or minute, and never a flood."""

from layersync.cli.progress import Lines


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
