"""How durations, sizes, shares and file modes are written by a person, and read back."""

import re

from layersync.values.guards import Limit

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_BYTES = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_LONGEST_S = 366 * 86_400.0

_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw])\s*)+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|(?:[kmg]i?)b?|)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def seconds(value: object) -> float:
    """Reads a duration: `"30s"`, `"1h30m"`, `"7d"`, or a number of seconds. ValueError for anything else."""
    text = _plain(value).lower()
    if _NUMBER.fullmatch(text):
        total = float(text)
    elif _DURATION.fullmatch(text):
        total = sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))
    else:
        raise ValueError('is not a duration; write it like "30s", "20m", "2h" or "7d"')
    if total > _LONGEST_S:
        raise ValueError("is longer than a year")
    return total


def duration_text(value: float) -> str:
    """Writes seconds the short way: 7200 is `2h`, 60 is `60s`."""
    for unit in ("d", "h", "m"):
        if value > _SECONDS[unit] and value % _SECONDS[unit] == 0:
            return f"{int(value // _SECONDS[unit])}{unit}"
    return f"{int(value) if value == int(value) else value}s"


def size(value: object) -> int:
    """Reads a size: `"256MB"`, `"1GiB"`, or a number of bytes. ValueError for anything else."""
    match = _SIZE.fullmatch(_plain(value).lower())
    if match is None:
        raise ValueError('is not a size; write it like "256MB", or as a number of bytes')
    return int(float(match[1]) * _BYTES[match[2] if match[2] == "b" else match[2].removesuffix("b")])


def size_text(value: int) -> str:
    """Writes a number of bytes the short way: 256000000 is `256MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value and value % factor == 0:
            return f"{value // factor}{unit}"
    return str(value)


def limit(value: object) -> Limit:
    """Reads the limit of a guard: a share such as `"30%"`, or a count. ValueError for anything else."""
    if isinstance(value, Limit):
        return value
    text = _plain(value)
    if text.isascii() and text.isdigit():
        return Limit(count=int(text))
    share = _percent(text)
    if share is None:
        raise ValueError('is neither a share such as "30%" nor a whole number')
    return Limit(share=share)


def limit_text(value: Limit) -> str | int:
    """Writes a limit as a person would: `30%` or 50."""
    return value.count if value.count is not None else f"{(value.share or 0) * 100:.10g}%"


def share(value: object) -> float:
    """Reads a part of a budget: 0.9 or `"90%"`, more than 0 and at most 1. ValueError for anything else."""
    text = _plain(value)
    part = float(text) if _NUMBER.fullmatch(text) else _percent(text)
    if part is None or not 0 < part <= 1:
        raise ValueError('is not a part; write it like 0.9 or "90%"')
    return part


def file_mode(value: object) -> int:
    """Reads the mode of a file as text in octal: `"0600"`. ValueError where the owner could not read and write it."""
    if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
        raise ValueError('is not a file mode; write it in quotes, like "0600"')
    mode = int(value, 8)
    if mode & 0o600 != 0o600:
        raise ValueError("would keep layersync itself from reading and writing the file")
    return mode


def file_mode_text(value: int) -> str:
    """Writes a mode as `0600`."""
    return f"{value:04o}"


def _percent(text: str) -> float | None:
    match = _PERCENT.fullmatch(text)
    if match is None:
        return None
    if float(match[1]) > 100:
        raise ValueError("is more than 100 %")
    return float(match[1]) / 100


def _plain(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("is neither text nor a number")
    return str(value).strip()
