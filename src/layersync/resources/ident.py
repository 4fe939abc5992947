"""Ids: their grammar, and the form in which two spellings of one id are equal (contract, section 3)."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache


class IdForm(StrEnum):
    """The shapes of an id, as regular expressions without anchors."""

    UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    ULID = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"


def id_pattern(forms: Sequence[IdForm]) -> str:
    """The expression that a whole id must match; group 1 is the id without its prefix."""
    return rf"\A(?:[a-z]+_)?({'|'.join(forms)})\z"


def normal_id(text: str, forms: Sequence[IdForm]) -> str | None:
    """Gives the id without prefix, a UUID in lower case; None for anything that is no id.

    Nothing that this refuses may reach a URL.
    """
    match = _pattern(tuple(forms)).fullmatch(text)
    if match is None:
        return None
    bare = match[1]
    return bare.lower() if "-" in bare else bare


@cache
def _pattern(forms: tuple[IdForm, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:[a-z]+_)?({'|'.join(forms)})", re.ASCII)


ANY_ID = (IdForm.UUID, IdForm.ULID)
