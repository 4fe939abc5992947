"""Takes the key out of what a server answers, however the answer is written: nobody can tell what is not there."""

import re
from collections.abc import Callable
from typing import Final

Redact = Callable[[str], str]

# A key is ASCII, and `redact` knows the usual way of writing it in JSON; these are the unusual ones. An escaped
# backslash comes first: what follows it is no escape.
_ESCAPED: Final = re.compile(r"\\(?:\\|/|u00([2-7][0-9A-Fa-f]))")
_STILL_ESCAPED: Final = {'"': '\\"', "\\": "\\\\"}


def redacted(body: bytes, redact: Redact) -> bytes:
    r"""Gives a body without what `redact` takes out of a text: as its bytes stand, and as JSON reads them.

    A letter of a JSON text may be written as an escape (`\u006c`, `\/`), which no look at the bytes finds. Bodies are
    looked at as text, not as JSON: one that is none, or only in part, holds the key no less.
    """
    plain = redact(body.decode("latin-1"))
    spelled = _ESCAPED.sub(_spelled, plain)
    clean = redact(spelled)
    return (plain if clean == spelled else clean).encode("latin-1")


def _spelled(escape: re.Match[str]) -> str:
    """An escaped letter as JSON usually writes it."""
    if escape[1] is None:
        return "/" if escape[0] == "\\/" else escape[0]
    letter = chr(int(escape[1], 16))
    return _STILL_ESCAPED.get(letter, letter)
