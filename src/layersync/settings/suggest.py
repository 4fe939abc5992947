"""The nearest valid name to a mistyped one, as the end of a message."""

import difflib
from collections.abc import Callable, Iterable


def did_you_mean(word: str, known: Iterable[str], *, write: Callable[[str], str] = str) -> str:
    """Gives `; did you mean X?`, or nothing where no known word is near. `write` puts the suggestion into its form."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"; did you mean {write(by_lower[near[0]])}?" if near else ""


def listed(known: Iterable[str]) -> str:
    """Lists the known words: `known: a, b`, or `there is none`."""
    names = ", ".join(known)
    return f"known: {names}" if names else "there is none"
