"""The shapes in which each generation shows what is stored: whoami, projects, influencers, items of lists, refusals."""

from collections.abc import Mapping
from datetime import datetime

from layersync.sandbox.answers import ApiError, JsonObject
from layersync.sandbox.auth import Caller
from layersync.sandbox.generations import Generation
from layersync.sandbox.ids import project_id

_LISTED = {
    "projects": (
        *("id", "name", "status", "customerExternalId", "timezone", "primaryLanguage", "ownerEmail", "createdAt"),
        "updatedAt",
    ),
    "influencers": ("influencerId", "name", "gender", "ageRange", "status", "thumbnailUrl", "createdAt"),
}
_BRAND = ("appName", "appDescription", "tagline", "brandVoice", "targetGender")
_PERSONA = (
    *("ethnicity", "bodyType", "hairColor", "hairStyle", "style", "vibe", "voiceDescription", "personality"),
    "referenceImages",
)
_AGES = {
    "18-24": "young_adult",
    "25-34": "adult",
    "35-44": "mid_adult",
    "45-54": "mature",
    "55-64": "senior",
    "65+": "senior",
}
AGES = ("teen", "young_adult", "adult", "mid_adult", "mature", "senior")
# the newer generation's list has no page; what else it might call an influencer in training (API facts 8.17)
_UNNAMED_STATUS = {"training": "processing"}
_STRANGERS: Mapping[str, object] = {"region": "eu-1", "quota": {"used": 3, "steps": [10, None]}}


def whoami(organization: JsonObject, caller: Caller, tier: str, generation: Generation) -> JsonObject:
    """Who the key is (API facts 1.1)."""
    organization_prefix, key_prefix = generation.account_prefixes
    own = _prefixed(organization["id"], organization_prefix)
    told: JsonObject = {"organizationId": own, "workspaceId": own, "organizationName": organization["name"]}
    if generation.has_child_organizations:
        told["parentOrganizationId"] = organization["parentOrganizationId"]
    told |= {"scopes": list(caller.scopes) if generation.has_scopes else [], "rateLimitTier": tier}
    if generation.whoami_tells_suspension:
        told |= {"killSwitch": caller.suspended, "apiAccessRevoked": False}
    told |= {"apiKeyId": _prefixed(caller.key_id, key_prefix), "creditBalance": 1200}
    return _with_strangers(told, generation)


def project(record: JsonObject, generation: Generation) -> JsonObject:
    """A full project as GET shows it (API facts 1.3)."""
    return _project(record, generation, nested=generation.nests_brand)


def patched_project(record: JsonObject, generation: Generation) -> JsonObject:
    """A full project as PATCH answers with it."""
    return _project(record, generation, nested=generation.nests_brand_in_patch)


def project_item(record: JsonObject, generation: Generation) -> JsonObject:
    """The slim shape of the list (API facts 1.2)."""
    item = _item(project(record, generation), "projects", generation)
    return item if generation.lists_updates else {name: item[name] for name in item if name != "updatedAt"}


def influencer(record: JsonObject, generation: Generation) -> JsonObject:
    """A full influencer as GET shows it (API facts 1.8)."""
    shown = _narrow(record) if generation.narrow else record
    parent = _prefixed(project_id(record["projectId"]) or "", generation.parent_prefix)
    status = _UNNAMED_STATUS.get(record["status"], record["status"]) if generation.has_strangers else record["status"]
    return _common({**shown, "projectId": parent, "status": status}, generation)


def patched_influencer(record: JsonObject, generation: Generation) -> JsonObject:
    """A full influencer as PATCH answers with it (API facts 1.9)."""
    shown = influencer(record, generation)
    return shown if generation.patch_shows_nulls else _without_nulls(shown)


def influencer_item(record: JsonObject, generation: Generation) -> JsonObject:
    """The slim shape of the list (API facts 1.7); the newer generation's has no page."""
    images = record["referenceImages"]
    full = {**influencer(record, generation), "thumbnailUrl": images[0]["thumbnailUrl"] if images else None}
    return _item(full, "influencers", generation)


def page(shown: JsonObject, generation: Generation) -> JsonObject:
    """A page of a list."""
    return _with_strangers(shown, generation)


def refusal(error: ApiError, generation: Generation) -> ApiError:
    """A refusal with the status and the details of VALIDATION as the generation has them (API facts 3, 8.5)."""
    if error.code != "VALIDATION":
        return error
    details = error.details or {}
    if generation.lists_issues:
        fields = details.get("fieldErrors", {}).items()
        details = {"issues": [{"path": name, "message": text} for name, texts in fields for text in texts]}
    return ApiError(
        generation.validation_status,
        error.code,
        error.message,
        details=_with_strangers(details, generation),
        headers=error.headers,
    )


def _project(record: JsonObject, generation: Generation, *, nested: bool) -> JsonObject:
    shown = {
        **record,
        "id": _prefixed(record["id"], generation.project_prefix),
        "organizationId": _prefixed(record["organizationId"], generation.account_prefixes[0]),
        **dict(generation.project_extras),
    }
    return _common(_nested(shown) if nested else shown, generation)


def _nested(record: JsonObject) -> JsonObject:
    """The brand inside brandContext, which is null before anything is known of it; its voice is a sentence there."""
    told = [record[name] for name in ("appName", "appDescription", "tagline")]
    context = {
        "appName": record["appName"],
        "appDescription": record["appDescription"],
        "tagline": record["tagline"],
        "audience": None,
        "icp": None,
        "brandVoice": "Speaks like a friend who knows the trade.",
        "keywords": ["made up"],
        "primaryLanguage": record["primaryLanguage"],
        "logoUrl": None,
    }
    return {
        **{name: value for name, value in record.items() if name not in _BRAND},
        "brand": None,
        "brandContext": context if any(value is not None for value in told) else None,
        "ingestState": {"github": None, "website": None, "appstore": None},
    }


def _narrow(record: JsonObject) -> JsonObject:
    """What the newer generation has of a persona; gender is never null there (API facts 1.8, 8.2, 8.3)."""
    images = record["referenceImages"]
    gender, age = record["gender"], record["ageRange"]
    return {
        "brandVoice": "authentic",
        "language": "en",
        **{name: value for name, value in record.items() if name not in _PERSONA},
        "imageUrl": images[0]["url"] if images else None,
        "gender": {"nonbinary": "non_binary", "unspecified": "female", None: "female"}.get(gender, gender),
        "ageRange": age if age in AGES else _AGES.get(age),
        "errorMessage": None,
    }


def _common(record: JsonObject, generation: Generation) -> JsonObject:
    if generation.milliseconds:
        record = {**record, **{name: _milliseconds(record[name]) for name in ("createdAt", "updatedAt")}}
    return _with_strangers(record, generation)


def _item(record: JsonObject, resource: str, generation: Generation) -> JsonObject:
    item = {name: record[name] for name in _LISTED[resource]}
    return _with_strangers(item if generation.lists_nulls else _without_nulls(item), generation)


def _with_strangers(shown: JsonObject, generation: Generation) -> JsonObject:
    return {**_STRANGERS, **shown} if generation.has_strangers else shown


def _without_nulls(shown: JsonObject) -> JsonObject:
    return {name: value for name, value in shown.items() if value is not None}


def _prefixed(text: str, prefix: str) -> str:
    return prefix + text.rpartition("_")[2]


def _milliseconds(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
