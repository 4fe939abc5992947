"""Keeps API keys out of `config.toml`: finds what looks like one, and says where keys belong without showing it."""

from collections.abc import Iterator, Mapping
from typing import NoReturn

from layersync.errors import UsageError

WHERE_KEYS_BELONG = (
    "put the key in LAYERS_API_KEY, or in a file named by LAYERS_API_KEY_FILE or --api-key-file (`-` reads stdin)"
)

_NAMES = frozenset({"apikey", "layersapikey", "token", "apitoken", "accesstoken", "secret", "password", "bearer"})
_PREFIX = "lp_"
_SHORTEST = 16
_FREE_TEXT = frozenset({"columns", "ignore_columns", "expect"})


def refuse_keys(table: Mapping[str, object], origin: str) -> None:
    """UsageError when the table holds an API key, by the name of an entry or by the look of a value."""
    for path in _suspects(table, ()):
        refuse_key(f"{origin}: {path}" if path else origin)


def refuse_key(place: str) -> NoReturn:
    """UsageError that names the place of a key and says where keys belong."""
    raise UsageError(f"{place}: an API key does not belong here", WHERE_KEYS_BELONG)


def looks_like_key(value: object) -> bool:
    """Tells whether a text has the form of a key of the Layers API."""
    return isinstance(value, str) and value.strip().startswith(_PREFIX) and len(value.strip()) >= _SHORTEST


def names_a_key(name: str, above: tuple[str, ...] = ()) -> bool:
    """Tells whether an entry of that name, in the table at that path, is meant to hold an API key."""
    bare = name.lower().replace("_", "").replace("-", "")
    # a job is named as its owner likes, and its `key` is the column that rows are matched by
    if above[:1] == ("jobs",):
        return len(above) > 1 and bare in _NAMES
    return bare in _NAMES or bare == "key"


def _suspects(table: Mapping[str, object], above: tuple[str, ...]) -> Iterator[str]:
    for name, value in table.items():
        if looks_like_key(name):
            yield ".".join(above)
        elif names_a_key(name, above) or (name not in _FREE_TEXT and any(map(looks_like_key, _texts(value)))):
            yield ".".join((*above, name))
        elif isinstance(value, Mapping) and name not in _FREE_TEXT:
            yield from _suspects(value, (*above, name))


def _texts(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
