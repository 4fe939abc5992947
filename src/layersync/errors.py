"""What stops a run or one job of it: an exception whose message has the numbers and the way out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from layersync.values.problem import Problem


class SyncError(Exception):
    """Base of everything that stops a run or a job.

    What is normal in bulk work (an invalid row, a refused change) is a value with a reason, never one of these::

        SyncError
        ├── UsageError       64  a flag, a command, a job or the configuration
        ├── InputUnusable     4  the sheet cannot be read as a whole, or is the wrong one
        ├── ApiRefuses        6  key, scope, kill switch, redirect, TLS: the API says no to all of it
        ├── Locked            7  another run of the job holds the lock
        ├── StoppedEarly      8  outage, damaged listing, daily cap, deadline, disk
        └── PlanUnusable      9  a saved plan that cannot be applied here

    `what_to_do` is a sentence for the person; `exit_code` is the code of section 1 of the contract.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, what_to_do: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do


class UsageError(SyncError):
    """A flag, a command, a job name or the configuration is wrong; nothing was read or sent."""

    exit_code = 64


class InputUnusable(SyncError):
    """The input of a job cannot be used; `problems` holds every place that is wrong."""

    exit_code = 4

    def __init__(self, message: str, what_to_do: str = "", problems: "Sequence[Problem]" = ()) -> None:
        super().__init__(message, what_to_do)
        self.problems = tuple(problems)


class ApiRefuses(SyncError):
    """The API refuses this key, this organisation or this client as a whole.

    `whole_run` is false where only the job that met it ends (FORBIDDEN_SCOPE).
    """

    exit_code = 6

    def __init__(self, message: str, what_to_do: str = "", *, whole_run: bool = True) -> None:
        super().__init__(message, what_to_do)
        self.whole_run = whole_run


class Locked(SyncError):
    """Another live process holds the lock of the job."""

    exit_code = 7


class StoppedEarly(SyncError):
    """The run ended before its work did, safely: the next run carries on."""

    exit_code = 8


class PlanUnusable(SyncError):
    """A saved plan is damaged, foreign, or has been applied."""

    exit_code = 9
