"""Influencers, as the seed page of PATCH /v1/influencers/:influencerId gives them (API facts, 7.2)."""

from layersync.resources.field import Field, Kind, Write
from layersync.resources.ident import IdForm
from layersync.resources.resource import Listing, Resource

INFLUENCERS = Resource(
    name="influencers",
    noun="influencer",
    id_field="influencerId",
    id_forms=(IdForm.UUID, IdForm.ULID),
    key_fields=("influencerId",),
    identity=("influencerId", "projectId"),
    item_path="/v1/influencers/{id}",
    listing=Listing(path="/v1/projects/{parent}/influencers", page_limit=100, parent_field="projectId", lookups={}),
    fields=(
        Field(name="name", min_length=1, max_length=128, listed=True),
        Field(
            name="gender",
            kind=Kind.ENUM,
            choices=("male", "female", "nonbinary", "unspecified"),
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
    ),
    read_only=("status", "referenceImages", "thumbnailUrl", "imageUrl", "errorMessage", "createdAt", "updatedAt"),
)
