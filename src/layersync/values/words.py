"""A JSON value in the words of a message."""

from layersync.values.cell import canonical
from layersync.values.storable import storable


def in_words(value: object, most: int | None = None) -> str:
    """Gives text as it stands, null as `empty`, all else as JSON, cut where it has more than `most` characters.

    Half a character, which no file can hold, is written as an escape.
    """
    text = "empty" if value is None else storable(value) if isinstance(value, str) else canonical(value)
    return text if most is None or len(text) <= most else f"{text[: most - 1]}…"
