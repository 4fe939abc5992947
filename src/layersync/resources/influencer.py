"""Influencers, as the two pages of PATCH /v1/influencers/:influencerId give them (API facts, 7.2 and 8.1-8.3)."""

from layersync.resources.field import Field, Kind, Write
from layersync.resources.ident import IdForm
from layersync.resources.project import BRAND_VOICES
from layersync.resources.resource import Generation, Listing, Resource

# The page of the seed, with the whole persona; and the newer page, with little more than a name (API facts, 8.1-8.3).
SEED = Generation(name="seed", marks=frozenset({"vibe", "personality", "style"}))
NARROW = Generation(
    name="narrow",
    marks=frozenset({"brandVoice", "imageUrl", "language"}),
    fields=(
        Field(name="gender", kind=Kind.ENUM, choices=("male", "female", "nonbinary")),
        Field(
            name="ageRange",
            kind=Kind.ENUM,
            choices=("teen", "young_adult", "adult", "mid_adult", "mature", "senior"),
            nullable=True,
        ),
    ),
    spellings={"gender": {"nonbinary": "non_binary"}},
)

INFLUENCERS = Resource(
    name="influencers",
    noun="influencer",
    id_field="influencerId",
    id_forms=(IdForm.UUID, IdForm.ULID),
    key_fields=("influencerId",),
    identity=("influencerId", "projectId"),
    id_names=("id",),
    item_path="/v1/influencers/{id}",
    read_scope="influencers:write",  # no page names a scope that only reads (API facts, 8.22)
    write_scope="influencers:write",
    listing=Listing(path="/v1/projects/{parent}/influencers", page_limit=100, parent_field="projectId", lookups={}),
    fields=(
        Field(name="name", min_length=1, max_length=128, listed=True),
        Field(
            name="gender",
            kind=Kind.ENUM,
            choices=("male", "female", "nonbinary", "unspecified"),
            aliases={"non_binary": "nonbinary"},
            nullable=True,
            listed=True,
        ),
        Field(name="ageRange", usual_length=16, nullable=True, listed=True),
        Field(name="ethnicity", usual_length=128, nullable=True),
        Field(name="bodyType", usual_length=128, nullable=True),
        Field(name="hairColor", usual_length=64, nullable=True),
        Field(name="hairStyle", usual_length=128, nullable=True),
        Field(name="style", usual_length=256, nullable=True),
        Field(name="vibe", usual_length=256, nullable=True),
        Field(name="voiceDescription", usual_length=1024, nullable=True, multiline=True),
        Field(
            name="personality",
            kind=Kind.OBJECT,
            write=Write.MERGE,
            multiline=True,
            open_keys=True,
            keys=(
                Field(name="traits", kind=Kind.LIST, nullable=True),
                Field(name="tone", nullable=True),
                Field(name="humor", nullable=True),
                Field(name="formality", nullable=True),
                Field(name="values", kind=Kind.LIST, nullable=True),
                Field(name="interests", kind=Kind.LIST, nullable=True),
                Field(name="speakingStyle", nullable=True),
                Field(name="catchphrases", kind=Kind.LIST, nullable=True),
            ),
        ),
        Field(name="brandVoice", kind=Kind.ENUM, choices=BRAND_VOICES),
        Field(name="language", kind=Kind.LANGUAGE),
    ),
    generations=(SEED, NARROW),
    read_only=("status", "referenceImages", "thumbnailUrl", "imageUrl", "errorMessage", "createdAt", "updatedAt"),
)
