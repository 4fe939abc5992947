"""Influencers: what a patch may hold, how personality merges, and which of them a list is of."""

from collections.abc import Mapping
from datetime import datetime

from layersync.sandbox.answers import JsonObject, invalid, same
from layersync.sandbox.generations import Generation
from layersync.sandbox.projects import BRAND_VOICES
from layersync.sandbox.records import Records
from layersync.sandbox.shapes import AGES
from layersync.sandbox.validation import Check, json_object, language, nullable, one_of, text

STATUSES = ("draft", "pending", "training", "ready", "failed")
MAX_PAGE = 100

_WORDS = ("tone", "humor", "formality", "speakingStyle")
_WORD_LISTS = ("traits", "values", "interests", "catchphrases")


def personality(value: object) -> str | None:
    """An object; the keys that the create page names have its types or null, others are free."""
    problem = json_object()(value)
    if problem or not isinstance(value, dict):
        return problem
    wrong = [name for name in _WORDS if not isinstance(value.get(name), str | None)]
    wrong += [name for name in _WORD_LISTS if not _is_word_list(value.get(name))]
    return f"Wrong type of {', '.join(wrong)}" if wrong else None


# Influencer page, Body; the lengths but for the name are the create page's (API facts 7.2).
_CHECKS: Mapping[str, Check] = {
    "name": text(1, 128),
    "gender": nullable(one_of(("male", "female", "nonbinary", "unspecified"))),
    "ageRange": nullable(text(0, 16)),
    "ethnicity": nullable(text(0, 128)),
    "bodyType": nullable(text(0, 128)),
    "hairColor": nullable(text(0, 64)),
    "hairStyle": nullable(text(0, 128)),
    "style": nullable(text(0, 256)),
    "vibe": nullable(text(0, 256)),
    "voiceDescription": nullable(text(0, 1024)),
    "personality": personality,
}

# The newer page of the same route takes nothing else (API facts 7.2).
_NARROW_CHECKS: Mapping[str, Check] = {
    "name": text(1, 128),
    "gender": one_of(("male", "female", "non_binary")),
    "ageRange": nullable(one_of(AGES)),
    "brandVoice": one_of(BRAND_VOICES),
    "language": language,
}


def checks(generation: Generation) -> Mapping[str, Check]:
    """What a patch may hold, by field."""
    return _NARROW_CHECKS if generation.narrow else _CHECKS


def matching(records: Records, project: str, query: Mapping[str, str]) -> list[str]:
    """Ids of the project's influencers that the filter lets through, newest first.

    Raises 422 VALIDATION for an unknown status.
    """
    ids = records.influencers_of(project)
    if "status" not in query:
        return ids
    if query["status"] not in STATUSES:
        raise invalid("Invalid query.", {"status": ["Invalid enum value"]})
    return [bare for bare in ids if records.influencers[bare]["status"] == query["status"]]


def patched(record: JsonObject, patch: JsonObject, now: datetime) -> JsonObject:
    """The record after the patch; personality is merged one level deep, a null key leaves it."""
    result = {**record, **patch}
    if "personality" in patch:
        result["personality"] = _merged(record["personality"] or {}, patch["personality"])
    if same(result, record):
        return record
    return {**result, "updatedAt": stamp(now)}


def stamp(now: datetime) -> str:
    """A time as the influencer page writes it."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def _merged(stored: JsonObject, patch: JsonObject) -> JsonObject:
    return {name: value for name, value in {**stored, **patch}.items() if value is not None}


def _is_word_list(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(word, str) for word in value))
