"""The machine's clock: what it counts, and that it goes on while the machine sleeps."""

import time

import pytest

from layersync.api.clock import SystemClock


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="only where the monotonic clock stops in sleep")
def test_a_read_from_before_the_machine_slept_is_old_when_it_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, real, slept_s = SystemClock(), time.clock_gettime, 30 * 3600.0
    read_at = clock.now()
    monkeypatch.setattr(time, "clock_gettime", lambda one: real(one) + slept_s * (one == time.CLOCK_BOOTTIME))
    assert clock.now() - read_at >= slept_s
