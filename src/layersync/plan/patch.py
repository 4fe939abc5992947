"""The body of a PATCH: edits of one record, laid over what the record holds."""

from collections.abc import Mapping, Sequence

from layersync.resources.field import Field, Write
from layersync.resources.resource import Resource
from layersync.values.cell import normal
from layersync.values.change import Edit


def patch_of(edits: Sequence[Edit], record: Mapping[str, object], form: Resource) -> dict[str, object]:
    """Gives the smallest body that makes `edits` true of `record`.

    A merged object is sent with the changed keys only, a replaced one as the complete object (API facts 7.1, 7.2).
    """
    patch: dict[str, object] = {}
    for edit in edits:
        field = form.field(edit.field)
        if not edit.keys:
            patch[edit.field] = edit.after
        elif field.write is Write.MERGE:
            patch[edit.field] = _merged_key(patch.get(edit.field), record.get(edit.field), edit)
        else:
            patch[edit.field] = _with_path(patch.get(edit.field, record.get(edit.field)), edit.keys, edit.after)
    return patch


def base_of(patch: Mapping[str, object], record: Mapping[str, object]) -> dict[str, object]:
    """Gives the live values of the API fields of a patch."""
    return {field: record.get(field) for field in patch}


def value_at(record: Mapping[str, object], field: str, keys: Sequence[str]) -> object:
    """Reads a path of a record; null where nothing stands there."""
    value = record.get(field)
    for key in keys:
        value = value.get(_spelled(key, value)) if isinstance(value, Mapping) else None
    return value


def with_kept_keys(value: Mapping[str, object], live: object, field: Field) -> dict[str, object]:
    """Adds the keys that replacing an object must not lose (API facts, 8.9)."""
    if not isinstance(live, Mapping):
        return dict(value)
    kept = {key: live[key] for key in field.kept_keys if key in live and key not in value}
    return {**value, **kept}


def _merged_key(sofar: object, live: object, edit: Edit) -> dict[str, object]:
    top, *rest = edit.keys
    patch = dict(sofar) if isinstance(sofar, Mapping) else {}
    top = _spelled(top, live) if isinstance(live, Mapping) else top
    if rest:
        start = patch.get(top, live.get(top) if isinstance(live, Mapping) else None)
        patch[top] = _with_path(start, rest, edit.after)
    else:
        patch[top] = edit.after
    return patch


def _with_path(value: object, keys: Sequence[str], after: object) -> dict[str, object]:
    copy = dict(value) if isinstance(value, Mapping) else {}
    key, *rest = keys
    key = _spelled(key, copy)
    if rest:
        copy[key] = _with_path(copy.get(key), rest, after)
    elif after is None:
        copy.pop(key, None)
    else:
        copy[key] = after
    return copy


def _spelled(key: str, value: Mapping[str, object]) -> str:
    """Gives a key as the record spells it: the sheet is in NFC, the record may be in any Unicode form."""
    return key if key in value else next((name for name in value if normal(name) == key), key)
