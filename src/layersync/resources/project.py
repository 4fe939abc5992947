"""Projects, as the seed page of PATCH /v1/projects/:id gives them (API facts, 7.1)."""

from layersync.resources.field import Effect, Field, Kind, Write
from layersync.resources.ident import IdForm
from layersync.resources.resource import Listing, Resource
from layersync.values.guards import Guard

BRAND_VOICES = ("authentic", "witty", "professional", "warm", "casual", "educational")

RESEARCH = Effect(
    "restarts keyword research (4-5 minutes, replaces the TikTok hashtag bank)",
    Guard.RESEARCH,
    lasting="the hashtag bank that was replaced does not come back",
)
ARCHIVE = Effect(
    "stops scheduled posts and new content generation",
    Guard.ARCHIVE,
    on_value="archived",
    lasting="posts that were cancelled do not come back",
)
NEXT_TICK = Effect("takes effect on the next scheduler tick")

PROJECTS = Resource(
    name="projects",
    noun="project",
    id_field="id",
    id_forms=(IdForm.UUID,),
    key_fields=("id", "customerExternalId"),
    identity=("id",),
    id_names=("projectId",),
    item_path="/v1/projects/{id}",
    read_scope="projects:read",
    write_scope="projects:write",
    listing=Listing(
        path="/v1/projects",
        page_limit=200,
        lookups={"customerExternalId": "customerExternalId"},
        may_hide=(("status", "archived"),),  # whether it does is not documented (API facts, 1.2)
        stamp="updatedAt",
        made="createdAt",
    ),
    fields=(
        Field(name="name", min_length=3, max_length=30, listed=True),
        Field(name="status", kind=Kind.ENUM, choices=("active", "archived"), listed=True, effects=(ARCHIVE,)),
        Field(name="ownerEmail", kind=Kind.EMAIL, listed=True),
        Field(name="timezone", kind=Kind.TIMEZONE, listed=True, effects=(NEXT_TICK,)),
        Field(name="primaryLanguage", kind=Kind.LANGUAGE, listed=True),
        Field(name="customerExternalId", min_length=1, listed=True, unique=True),
        Field(name="appName", min_length=3, max_length=30, nullable=True, stands_in="brandContext"),
        Field(
            name="appDescription",
            stands_in="brandContext",
            min_length=100,
            max_length=1000,
            nullable=True,
            multiline=True,
            effects=(RESEARCH,),
        ),
        Field(name="tagline", max_length=80, stands_in="brandContext"),
        Field(name="brandVoice", kind=Kind.ENUM, choices=BRAND_VOICES),  # that of brandContext is free text
        Field(name="targetGender", kind=Kind.ENUM, choices=("all", "female", "male")),
        Field(
            name="metadata",
            kind=Kind.OBJECT,
            write=Write.REPLACE,
            open_keys=True,
            kept_keys=("partner",),
            may_hold=("customerExternalId",),
            max_bytes=8192,
            multiline=True,
        ),
    ),
    read_only=(
        "organizationId",
        "createdAt",
        "updatedAt",
        "ingestState",
        "brand",
        "brandContext",
        "platformIosBundleId",
        "platformAndroidBundleId",
        "platformWebDomain",
        "requiresApproval",
        "firstNPostsBlocked",
        "currentBlockedCount",
    ),
)
