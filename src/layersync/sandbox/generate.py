"""Generated records, the same on every run: for trying large sheets."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from layersync.sandbox.answers import JsonObject
from layersync.sandbox.influencers import stamp as influencer_stamp
from layersync.sandbox.projects import stamp as project_stamp

# Older than everything in the seed, so that a listing begins with the seed's records.
_FIRST_CREATED = datetime(2025, 1, 1, tzinfo=UTC)

_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "America/Sao_Paulo", "Australia/Sydney")
_LANGUAGES = ("de", "en", "ja", "en-GB", "pt-BR", "en-AU")
_VOICES = ("authentic", "witty", "professional", "warm", "casual", "educational")
_GENDERS = ("female", "male", "nonbinary", "unspecified", None)
_AGES = ("18-24", "25-34", "35-44", "45-54", None)
_VIBES = ("calm and exact", "quick and kind", "dry, never mean", "bright", None)


def generate(project_count: int, influencer_count: int, organization_id: str) -> JsonObject:
    """Projects and influencers in the form of the seed; the influencers go round the generated projects.

    The n-th record is the same whatever the counts are.
    """
    projects = [_project(number, organization_id) for number in range(1, project_count + 1)]
    influencers = [
        _influencer(number, projects[(number - 1) % project_count]["id"]) for number in range(1, influencer_count + 1)
    ]
    return {"projects": projects, "influencers": influencers}


def _project(number: int, organization_id: str) -> JsonObject:
    created = project_stamp(_FIRST_CREATED + timedelta(minutes=number, microseconds=number))
    brand = f"Brand {number:06d}"
    return {
        "id": _uuid("project", number),
        "organizationId": organization_id,
        "name": f"Generated {brand}",
        "status": "active",
        "customerExternalId": f"gen-{number:06d}",
        "timezone": _ZONES[number % len(_ZONES)],
        "primaryLanguage": _LANGUAGES[number % len(_LANGUAGES)],
        "ownerEmail": f"owner{number}@generated.example",
        "appName": brand,
        "appDescription": f"{brand} is made up so that a large sheet has something to meet. It sells nothing to "
        f"nobody, in lot {number % 97}, and its pitch is long enough for the rules of the field.",
        "tagline": f"Number {number} of many.",
        "brandVoice": _VOICES[number % len(_VOICES)],
        "targetGender": "all",
        "metadata": {"crm_id": f"G-{number:06d}", "score": number % 100, "vip": number % 10 == 0},
        "createdAt": created,
        "updatedAt": created,
    }


def _influencer(number: int, project: str) -> JsonObject:
    created = influencer_stamp(_FIRST_CREATED + timedelta(minutes=number))
    return {
        "influencerId": f"inf_{_uuid('influencer', number)}",
        "projectId": f"proj_{project}",
        "name": f"Generated Person {number:06d}",
        "gender": _GENDERS[number % len(_GENDERS)],
        "ageRange": _AGES[number % len(_AGES)],
        "ethnicity": None,
        "bodyType": None,
        "hairColor": None,
        "hairStyle": None,
        "style": None,
        "vibe": _VIBES[number % len(_VIBES)],
        "voiceDescription": None,
        "personality": {"traits": ["made up"], "humor": "dry"},
        "referenceImages": [],
        "status": "ready",
        "createdAt": created,
        "updatedAt": created,
    }


def _uuid(kind: str, number: int) -> str:
    digest = hashlib.sha256(f"{kind} {number}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
