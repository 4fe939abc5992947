"""The log of requests: one line of JSON for each, without any key."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from layersync.sandbox.answers import JsonObject, encode


@dataclass(frozen=True)
class LogEntry:
    """One request. `status` is None if no answer was given; `fault` is the `do` of the rule that fired."""

    time: str
    method: str
    path: str
    query: str
    status: int | None
    rate_class: str
    request_id: str
    idempotency_key: str | None
    replayed: bool
    body: Any
    organization: str | None
    fault: JsonObject | None
    retry_after: str | None = None


class RequestLog:
    """Appends to a file; each line is there before its answer goes out."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def close(self) -> None:
        self._file.close()

    def write(self, entry: LogEntry) -> None:
        self._file.write(encode(asdict(entry)) + b"\n")
