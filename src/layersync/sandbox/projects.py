"""Projects: what a patch may hold, what it sets in motion, and which of them a list is of."""

from collections.abc import Mapping
from datetime import datetime

from layersync.sandbox.answers import ApiError, JsonObject, invalid, same
from layersync.sandbox.generations import Generation
from layersync.sandbox.records import Records
from layersync.sandbox.validation import Check, email, json_object, language, nullable, one_of, text, timezone

STATUSES = ("active", "archived")
MAX_PAGE = 200
METADATA_BYTES = 8 * 1024
BRAND_VOICES = ("authentic", "witty", "professional", "warm", "casual", "educational")

# Project page, Body, but for the name, whose limits differ; that of metadata is the create page's (API facts 7.1).
# Null clears only where the page says so.
_CHECKS: Mapping[str, Check] = {
    "status": one_of(STATUSES),
    "ownerEmail": email,
    "timezone": timezone,
    "primaryLanguage": language,
    "customerExternalId": text(),
    "appName": nullable(text(3, 30)),
    "appDescription": nullable(text(100, 1000)),
    "tagline": text(0, 80),
    "brandVoice": one_of(BRAND_VOICES),
    "targetGender": one_of(("all", "female", "male")),
    "metadata": json_object(METADATA_BYTES),
}


def checks(generation: Generation) -> Mapping[str, Check]:
    """What a patch may hold, by field."""
    return {**_CHECKS, "name": text(*generation.project_name)}


def matching(records: Records, organization_id: str, query: Mapping[str, str]) -> list[str]:
    """Ids of the projects that the filters of the list let through, newest first.

    Without `status` both states are listed. Raises 422 VALIDATION for an unknown status.
    """
    ids = records.projects_of(organization_id)
    if "customerExternalId" in query:
        holder = records.holder_of(organization_id, query["customerExternalId"])
        ids = [holder] if holder else []
    if "status" in query:
        if query["status"] not in STATUSES:
            raise invalid("Invalid query.", {"status": ["Invalid enum value"]})
        ids = [bare for bare in ids if records.projects[bare]["status"] == query["status"]]
    if "search" in query:
        wanted = query["search"].casefold()
        ids = [bare for bare in ids if wanted in records.projects[bare]["name"].casefold()]
    return ids


def refuse_taken(records: Records, record: JsonObject, patch: JsonObject) -> None:
    """Raises 409 CONFLICT if the patch claims another project's customerExternalId."""
    claimed = patch.get("customerExternalId")
    if claimed is None:
        return
    if records.holder_of(record["organizationId"], claimed) not in (None, record["id"]):
        raise ApiError(409, "CONFLICT", "customerExternalId is already in use in this organization.")


def patched(record: JsonObject, patch: JsonObject, now: datetime) -> JsonObject:
    """The record after the patch; updatedAt moves only if a value really changed."""
    result = {**record, **patch}
    if same(result, record):
        return record
    return {**result, "updatedAt": stamp(now)}


def set_in_motion(records: Records, old: JsonObject, new: JsonObject) -> None:
    """Counts what a patch starts or stops (project page: appDescription, status; API facts 1.5)."""
    effects = records.effects(old["id"])
    if new["appDescription"] and new["appDescription"] != old["appDescription"]:
        effects.researchRestarts += 1
    if old["status"] == "active" and new["status"] == "archived":
        effects.cancelledPosts += effects.pendingPosts
        effects.pendingPosts = 0


def stamp(now: datetime) -> str:
    """A time as the project page writes it."""
    return now.isoformat(timespec="microseconds")
