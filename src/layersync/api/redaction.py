"""Takes the key out of what a server answers, however the answer is written: nobody can tell what is not there."""

import json
import re
from collections.abc import Callable

Redact = Callable[[str], str]

_HIDDEN_WHOLE = b""
# A key is ASCII, and `redact` knows the usual way of writing it in JSON; these are the unusual ones.
_ESCAPED = re.compile(rb"\\(?:u00[2-7]|/)")


def redacted(body: bytes, redact: Redact) -> bytes:
    r"""Gives a body without what `redact` takes out of a text: as its bytes stand, and as JSON reads them.

    A letter of a JSON text may be written as an escape (`\u006c`, `\/`), which no look at the bytes finds.
    """
    plain = redact(body.decode("latin-1")).encode("latin-1")
    if _ESCAPED.search(plain) is None:
        return plain
    try:
        return _redacted_json(plain, redact)
    except ValueError:
        return plain
    except RecursionError:
        # too deep for anybody to read, so nothing is lost
        return _HIDDEN_WHOLE


def _redacted_json(body: bytes, redact: Redact) -> bytes:
    value = json.loads(body)
    clean = _clean(value, redact)
    return body if clean == value else json.dumps(clean).encode()


def _clean(value: object, redact: Redact) -> object:
    match value:
        case str():
            return redact(value)
        case list():
            return [_clean(item, redact) for item in value]
        case dict():
            return {redact(name): _clean(item, redact) for name, item in value.items()}
        case _:
            return value
