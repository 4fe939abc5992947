"""The nearest valid name to a mistyped one, as the end of a message."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], *, shown: str = "{}") -> str:
    """Gives `; did you mean X?`, or nothing where no known word is near. `shown` words the suggestion."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {shown.format(by_lower[near[0]])}?" if near else ""


def listed(known: Iterable[str]) -> str:
    """Lists the known words: `known: a, b`."""
    return "known: " + ", ".join(known)
