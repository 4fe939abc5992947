"""Keys of the API among the words of a command line: refused, and never repeated."""

import re
from collections.abc import Sequence

from layersync.errors import UsageError
from layersync.settings.keyless import WHERE_KEYS_BELONG
from layersync.values.hidden import HIDDEN

_KEY = re.compile(r"\blp_[\x21-\x7e]{13,}")
_FLAGS = frozenset({"--api-key", "--apikey", "--token", "--layers-api-key"})


def refuse_key_flags(words: Sequence[str]) -> None:
    """UsageError for a flag that would take the key itself (reliability 2.G, G6)."""
    for flag in (word.partition("=")[0] for word in words):
        if flag in _FLAGS:
            raise UsageError(
                f"there is no flag {flag}: other users of this machine could read the key", WHERE_KEYS_BELONG
            )


def without_keys(text: str) -> str:
    """Takes everything that has the form of a key out of a text."""
    return _KEY.sub(HIDDEN, text)
