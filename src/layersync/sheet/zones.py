"""Time zones: the names that there are, the one that was probably meant, and what to say of an offset."""

import re
from functools import lru_cache
from importlib import resources
from typing import Final

from layersync.sheet.suggest import nearest, squashed

# two long names are alike by their common words alone ("Pacific ..."), so more letters must agree than elsewhere
_ALIKE: Final = 0.9
_OFFSET: Final = re.compile(r"(?:UTC|GMT|Z)?\s*([+\-\u2212\u2013])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_PLACE: Final = "write a name such as Europe/Berlin"


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All names of the IANA database, from the package that carries it: the same on every machine."""
    names = resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
    return frozenset(names) - {"Factory"}


def near_zone(word: str) -> str | None:
    """Gives the zone that was probably meant; none for an offset, which is like the name of every other offset."""
    if _OFFSET.fullmatch(word):
        return None
    # in a fixed order, so that the same sheet is always told the same
    zones = sorted(zone_names())
    near = nearest(word, zones, _ALIKE)
    if near is not None:
        return near
    return next((zone for zone in zones if squashed(zone.rpartition("/")[2]) == squashed(word)), None)


def zone_advice(word: str) -> str:
    """Says what to write instead of a word that is near to no zone.

    An offset knows no daylight saving time. The zones that are nothing but an offset have the sign the other way round.
    """
    offset = _OFFSET.fullmatch(word)
    if offset is None:
        return _PLACE
    sign, hours, minutes = offset[1], int(offset[2]), int(offset[3] or 0)
    name = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    if minutes or name not in zone_names():
        return f"{_PLACE}: an offset is no time zone"
    return f"{_PLACE}: an offset is no time zone; for this one all year write {name}, whose sign is the other way round"
