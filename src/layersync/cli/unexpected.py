"""What nobody foresaw, told without the API key."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from layersync.errors import SyncError

if TYPE_CHECKING:
    from layersync.settings.secret import ApiKey


class Unexpected(Exception):
    """An error that is none of ours: its kind and text in one line, and its traceback."""

    def __init__(self, told: str, trace: str) -> None:
        super().__init__(told)
        self.trace = trace

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Tells of an error that was just caught."""
        told = " ".join(f"{type(error).__name__}: {error}".split())
        return cls(told, "".join(traceback.format_exception(error)))


@contextmanager
def hiding(key: "ApiKey | None") -> Iterator[None]:
    """Runs what uses the key. An error that leaves says nothing of it, whoever put it there (reliability 2.G)."""
    redact = key.redact if key else str
    try:
        yield
    except SyncError as error:
        error.message, error.what_to_do = redact(error.message), redact(error.what_to_do)
        error.args = (error.message,)
        raise
    except Exception as error:
        told = Unexpected.of(error)
        raise Unexpected(redact(str(told)), redact(told.trace)) from None
