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
