"""What every way of pacing is given: PATCHes to send to one server, and what the key is allowed."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """PATCH every path once, with `limit` requests per window as the share of what `key` is allowed."""

    url: str
    key: str
    paths: tuple[str, ...]
    limit: int
    window_s: float

    def body(self, number: int) -> dict[str, str]:
        """The fields of the request with that number."""
        return {"tagline": f"paced {number}"}


def read_task(path: Path) -> Task:
    """Reads a task as the benchmark wrote it."""
    told = json.loads(path.read_text())
    return Task(told["url"], told["key"], tuple(told["paths"]), told["limit"], told["window_s"])
