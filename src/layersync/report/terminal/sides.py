"""Before and after of one changed field, as a person reads them: never two values that look the same."""

import re
from dataclasses import dataclass
from typing import Final

from layersync.report.show import plain
from layersync.report.terminal.excerpt import Excerpt, excerpts
from layersync.values.change import Edit

EMPTY: Final = "(empty)"
CLEARED: Final = "(cleared)"

_SPACE: Final = re.compile(r"[^\S ]")


@dataclass(frozen=True, slots=True)
class Sides:
    """What a person sees of both values; `length` tells of what is not shown, empty where all of it is."""

    old: Excerpt
    new: Excerpt
    length: str


def sides(edit: Edit, width: int) -> Sides:
    """Shows the value before and after a change, each in at most `width` terminal cells."""
    before, after = written(edit)
    if edit.before is None or edit.after is None:
        # an empty side has no place at which it differs
        old, new = excerpts(before, "", width)[0], excerpts("", after, width)[1]
        old, new = Excerpt(old.text, 0, 0, old.cut), Excerpt(new.text, 0, 0, new.cut)
    else:
        old, new = excerpts(before, after, width)
    return Sides(old, new, _length(edit, old, new))


def written(edit: Edit) -> tuple[str, str]:
    """Both values in full: text bare, unless only quotes or the names of spaces tell it from the other."""
    before, after = edit.before, edit.after
    texts = [value for value in (before, after) if isinstance(value, str)]
    quote = '"' if (len(texts) == 1 and None not in (before, after)) or any(map(_needs_quotes, texts)) else ""
    old, new = (f"{quote}{value}{quote}" if isinstance(value, str) else plain(value) for value in (before, after))
    if _SPACE.sub(" ", old) == _SPACE.sub(" ", new):
        old, new = _spelled_out(old), _spelled_out(new)
    return EMPTY if before is None else old, CLEARED if after is None else new


def _needs_quotes(text: str) -> bool:
    return text != text.strip() or text in {"", EMPTY, CLEARED}


def _spelled_out(text: str) -> str:
    """Names the spaces that look like a plain one."""
    return _SPACE.sub(lambda space: f"\\u{{{ord(space[0]):x}}}", text)


def _length(edit: Edit, old: Excerpt, new: Excerpt) -> str:
    if not (old.cut or new.cut):
        return ""
    lengths = " → ".join(f"{len(plain(value)):,}" for value in (edit.before, edit.after) if value is not None)
    more = "; more differs further on" if old.more or new.more else ""
    return f"{lengths} characters{more}"
