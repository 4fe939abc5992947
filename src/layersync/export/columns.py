"""Which columns the sheet of some records has, and what their headers are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from layersync.resources.field import Field, Kind, Write
from layersync.resources.resource import Resource
from layersync.sheet.paths import NoPath, Path, find_path, folded
from layersync.sheet.writing import write_key
from layersync.values.rules import SheetRules

MOST_DOTTED: Final = 40

Record = Mapping[str, object]
Keys = tuple[str, ...]


class Heading(NamedTuple):
    """A column: its header as the job writes it, and the path that it states; `is_id` for the key and ids beside it."""

    header: str
    path: Path
    is_id: bool

    @property
    def name(self) -> str:
        """The path in dots."""
        return self.path.text


def headings(
    form: Resource, rules: SheetRules, records: Sequence[Record], whole: Collection[str]
) -> tuple[Heading, ...]:
    """Gives the columns: the key, the ids beside it, then every field that some record shows.

    An object stands in a column per key where its values can be told so, else, or if it is named in `whole`, in one
    JSON column. What the job's `columns` and `expect` name has its column even where no record holds it. A field
    whose name is no header of its own for the job, because it is ignored or means another field there, has none.
    """
    called = _called(form, rules)
    taken = {folded(name) for name in (*rules.ignore_columns, *rules.columns)}
    paths = {path.text: path for path in _paths(form, rules, records, whole)}
    named = (Heading(called.get(text, text), path, text in {rules.key, *form.identity}) for text, path in paths.items())
    return tuple(one for one in named if one.name in {*called, rules.key} or folded(one.name) not in taken)


def _paths(form: Resource, rules: SheetRules, records: Sequence[Record], whole: Collection[str]) -> Iterator[Path]:
    yield _id_path(rules.key)
    yield from (_id_path(name) for name in form.identity if any(name in record for record in records))
    for field in form.fields:
        shown = not records or any(field.name in record for record in records)
        if shown and field.name != rules.key:
            yield from _field_paths(form, field, rules, [record.get(field.name) for record in records], whole)
    yield from filter(None, (_found(form, path) for path in rules.expect))


def _id_path(name: str) -> Path:
    field = Field(name=name)
    return Path(name, field, (), field)


def _field_paths(
    form: Resource, field: Field, rules: SheetRules, values: Sequence[object], whole: Collection[str]
) -> Sequence[Path]:
    dotted = None if field.name in whole or field.kind is not Kind.OBJECT else _dotted(form, field, rules, values)
    return dotted or [Path(field.name, field, (), field)]


def _dotted(form: Resource, field: Field, rules: SheetRules, values: Sequence[object]) -> list[Path] | None:
    """Gives a path per key, None where keys or values do not allow it."""
    found: dict[Keys, None] = dict.fromkeys((key.name,) for key in field.keys)
    named = (_found(form, path) for path in (*rules.columns.values(), *rules.expect))
    found |= dict.fromkeys(path.keys for path in named if path is not None and path.field == field and path.keys)
    for value in values:
        if value is not None and not isinstance(value, Mapping):
            return None
        found |= dict.fromkeys(_leaves(value or {}, deep=field.write is Write.REPLACE))
    paths = [_found(form, ".".join((field.name, *keys))) for keys in found]
    fits = len(found) <= MOST_DOTTED + len(field.keys) and not any(_above(keys) & set(found) for keys in found)
    straight = [path for path, keys in zip(paths, found, strict=True) if path is not None and _leads_to(path, keys)]
    return straight if fits and len(straight) == len(found) else None


def _leads_to(path: Path, keys: Keys) -> bool:
    """Tells whether a header of that path is read as those keys: half a character, for one, is in no header."""
    return path.keys == keys and write_key(path.text) is not None


def _leaves(value: Mapping[str, object], *, deep: bool, above: Keys = ()) -> Iterator[Keys]:
    """Gives the keys that hold something; below objects, too, where a column may reach there."""
    for key, item in value.items():
        if deep and isinstance(item, Mapping):
            yield from _leaves(item, deep=deep, above=(*above, key))
        elif item is not None:
            yield (*above, key)


def _above(keys: Keys) -> set[Keys]:
    return {keys[:depth] for depth in range(1, len(keys))}


def _found(form: Resource, name: str) -> Path | None:
    try:
        return find_path(form, name)
    except NoPath:
        return None


def _called(form: Resource, rules: SheetRules) -> dict[str, str]:
    """Gives the headers that the job has for paths: its `columns`, backwards."""
    called: dict[str, str] = {}
    for header, target in rules.columns.items():
        ids = (name for name in (rules.key, *form.identity) if folded(name) == folded(target))
        path = _found(form, target)
        name = next(ids, path.text if path is not None else None)
        if name is not None:
            called.setdefault(name, header)
    return called
