"""What the API does with a PATCH, written from the seed pages alone: it shares no code with layersync."""

import copy
from collections.abc import Mapping


def patched(record: Mapping[str, object], patch: Mapping[str, object]) -> dict[str, object]:
    """Omitted fields stay, personality is merged shallowly (null removes a key), everything else is replaced."""
    result = copy.deepcopy(dict(record))
    for name, value in patch.items():
        if name == "personality":
            merged = dict(result.get("personality") or {})
            merged.update(value)
            result["personality"] = {key: item for key, item in merged.items() if item is not None}
        else:
            result[name] = copy.deepcopy(value)
    return result


class Refused(Exception):
    """409 CONFLICT: another record of the organisation holds the value."""


def patched_among(
    records: Mapping[str, Mapping[str, object]], record_id: str, patch: Mapping[str, object], unique: str
) -> dict[str, Mapping[str, object]]:
    """All records by id after one PATCH; the field `unique` must stay so within the organisation, exactly as text."""
    claimed = patch.get(unique)
    if claimed is not None and any(one[unique] == claimed for key, one in records.items() if key != record_id):
        raise Refused(claimed)
    return {**records, record_id: patched(records[record_id], patch)}
