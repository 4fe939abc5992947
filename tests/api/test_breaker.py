"""The breaker: when it opens, who is let through, and when it gives up."""

import asyncio
from collections.abc import Awaitable, Callable

from layersync.api.breaker import Breaker
from layersync.api.stop import Stop, Stopped
from tests.virtual_time import VirtualClock, run_virtual

PAUSE_S = 30.0


class Class:
    """A rate class whose tries come to what `sound` says; `left` holds when each left, `probed` when it was probed."""

    def __init__(self) -> None:
        self.breaker, self.clock, self.stop = Breaker(PAUSE_S), VirtualClock(), Stop()
        self.left: list[float] = []
        self.probed: list[float] = []
        self.sound = True
        self.reachable = True

    async def probe(self) -> bool:
        self.probed.append(self.clock.now())
        return self.reachable

    async def one(self, takes_s: float = 1.0) -> None:
        async with self.breaker.passage(self.probe, self.clock, self.stop) as opening:
            self.left.append(self.clock.now())
            await self.clock.sleep(takes_s)
            told = "no answer"
            self.breaker.judged(opening, silent=not self.sound, reason=told, clock=self.clock, stop=self.stop)

    async def several(self, count: int) -> None:
        await asyncio.gather(*(self.one() for _ in range(count)), return_exceptions=True)


def played(play: Callable[[Class], Awaitable[None]]) -> Class:
    async def main() -> Class:
        stage = Class()
        await play(stage)
        return stage

    return run_virtual(main())


def test_four_tries_in_a_row_without_an_answer_change_nothing() -> None:
    async def play(stage: Class) -> None:
        for sound in (False, False, False, False, True) * 3:
            stage.sound = sound
            await stage.one()

    stage = played(play)
    assert (stage.breaker.openings, stage.probed) == (0, [])
    assert stage.left == [float(second) for second in range(15)]


def test_more_than_one_silent_try_in_a_row_is_a_doubt_until_an_answer_comes() -> None:
    doubts: list[bool] = []

    async def play(stage: Class) -> None:
        for sound in (False, False, True, *[False] * 5, True):
            stage.sound = sound
            await stage.one()
            doubts.append(stage.breaker.in_doubt)

    stage = played(play)
    assert stage.breaker.openings == 1
    assert doubts == [False, True, False, False, *[True] * 4, False]


def test_after_five_nothing_leaves_for_the_pause_then_a_probe_and_one_alone() -> None:
    async def play(stage: Class) -> None:
        stage.sound = False
        await stage.several(5)
        stage.sound = True
        await stage.several(4)

    stage = played(play)
    assert stage.probed == [31.0]
    assert stage.left[5:] == [31.0, 32.0, 32.0, 32.0], "one alone, and when it is answered the others"


def test_what_left_before_the_breaker_opened_does_not_open_it_once_more() -> None:
    async def play(stage: Class) -> None:
        stage.sound = False
        await stage.several(40)

    stage = played(play)
    assert stage.breaker.openings == 1
    assert stage.left == [0.0] * 40


def test_a_trial_that_is_not_answered_opens_it_again_and_the_third_opening_ends_the_run() -> None:
    async def play(stage: Class) -> None:
        stage.sound = False
        await stage.several(5)
        await stage.several(20)

    stage = played(play)
    assert stage.left[5:] == [31.0, 62.0]
    assert stage.probed == [31.0, 62.0]
    assert stage.stop.reason is not None
    assert "did not after 2 pauses: no answer" in stage.stop.reason.message


def test_a_probe_that_is_not_answered_opens_it_again() -> None:
    async def play(stage: Class) -> None:
        stage.sound = stage.reachable = False
        await stage.several(5)
        await stage.several(20)

    stage = played(play)
    assert stage.left == [0.0] * 5
    assert stage.probed == [31.0, 61.0]
    assert stage.stop.asked


def test_the_end_of_the_run_is_heard_in_the_pause() -> None:
    async def play(stage: Class) -> None:
        stage.sound = False
        await stage.several(5)
        asyncio.get_running_loop().call_later(3.0, stage.stop.ask, RuntimeError("ended"))
        waiting = await asyncio.gather(*(stage.one() for _ in range(3)), return_exceptions=True)
        assert all(isinstance(one, Stopped) for one in waiting)
        assert stage.clock.now() == 4.0

    played(play)


def test_a_trial_that_never_leaves_gives_its_turn_to_the_next() -> None:
    async def play(stage: Class) -> None:
        stage.sound = False
        await stage.several(5)
        stage.sound = True
        try:
            async with stage.breaker.passage(stage.probe, stage.clock, stage.stop):
                raise LookupError
        except LookupError:
            pass
        await stage.one()

    stage = played(play)
    assert stage.left[5:] == [31.0]
    assert stage.probed == [31.0], "one sound probe is enough"
