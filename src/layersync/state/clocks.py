"""The clocks that say how old an idempotency key is: several, since any one of them may have been moved."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Goes on while the machine sleeps, which the monotonic clock of Linux does not.
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment as each clock tells it, all in seconds.

    `boot` counts from the boot named by `boot_id` (empty = not known); `server` is the API's latest `Date`.
    """

    wall: float
    boot: float
    boot_id: str
    server: float | None = None

    def since(self, earlier: "Instant") -> float | None:
        """The largest time that any clock gives since `earlier`; None when one of them went backwards.

        Source: reliability, section 3.7.
        """
        passed = [self.wall - earlier.wall]
        if self.boot_id and self.boot_id == earlier.boot_id:
            passed.append(self.boot - earlier.boot)
        if self.server is not None and earlier.server is not None:
            passed.append(self.server - earlier.server)
        return None if min(passed) < 0 else max(passed)


def _boot() -> float:
    return time.clock_gettime(_BOOT_CLOCK)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _unasked() -> float | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Where the time comes from; the defaults are those of this machine.

    `server` gives the latest `Date` that the API sent, in seconds since the epoch, None before any answer.
    """

    wall: Callable[[], float] = time.time
    boot: Callable[[], float] = _boot
    boot_id: str = field(default_factory=_boot_id)
    server: Callable[[], float | None] = _unasked

    def now(self) -> Instant:
        """Reads all clocks."""
        return Instant(self.wall(), self.boot(), self.boot_id, self.server())
