"""What is left of the rate limit, as the headers of an answer say it in any of the usual spellings."""

import re
from collections.abc import Mapping
from typing import Final

_NAMES: Final = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
# one header for all: `limit=100, remaining=50, reset=30`, or later `"default";r=50;t=30`
_COMBINED: Final = re.compile(r"(?:^|[,;\s])(?:remaining|r)=(\d{1,9})(?!\d)", re.ASCII)
_NUMBER: Final = re.compile(r"(\d{1,9})(?:\.0+)?(?:\s*[,;].*)?", re.ASCII)


def remaining_of(headers: Mapping[str, str]) -> int | None:
    """Gives the requests that are left; None where no header says so, or says nonsense."""
    for name in _NAMES:
        found = _NUMBER.fullmatch(headers.get(name, "").strip())
        if found is not None:
            return int(found[1])
    combined = _COMBINED.search(headers.get("ratelimit", ""))
    return int(combined[1]) if combined is not None else None
