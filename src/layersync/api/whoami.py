"""Who the key is: the first call of every run (API facts, 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from layersync.api.client import ReadClient
from layersync.api.meaning import Kind
from layersync.api.paths import WHOAMI
from layersync.errors import ApiRefuses, StoppedEarly
from layersync.values.storable import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the API says of a key."""

    organization_id: str
    organization_name: str
    tier: str
    scopes: tuple[str, ...]
    key_id: str | None


async def who_am_i(client: ReadClient, acting_in: str = "") -> Identity:
    """Asks the API who we are; `acting_in` is the child organisation that every request names, if any.

    Raises ApiRefuses where the key is no good or suspended, or where the API has no child organisations.
    """
    judgement = await client.get(WHOAMI)
    if judgement.kind is not Kind.DONE:
        raise ApiRefuses(
            f"the API does not say who we are: {judgement.message}", "check base_url, organization and the key"
        )
    body = judgement.body
    if body.get("killSwitch") is True or body.get("apiAccessRevoked") is True:
        raise ApiRefuses("the kill switch is on: this key or organisation is suspended", "ask Layers")
    organization = _text(body, "organizationId")
    if organization is None:
        raise StoppedEarly("whoami did not name an organisation", "check that base_url leads to the API")
    if acting_in and _bare(acting_in) != _bare(organization) and "parentOrganizationId" not in body:
        # the older generation does not look at the header: everything would be done to the parent (API facts, 1.1, 5.2)
        told = f"{acting_in} was asked for, and the API answers for {organization}: it knows no child organisations"
        raise ApiRefuses(told, "leave out organization, or ask Layers")
    scopes = body.get("scopes")
    return Identity(
        organization_id=organization,
        organization_name=_text(body, "organizationName") or organization,
        tier=_text(body, "rateLimitTier") or "standard",
        scopes=tuple(storable(str(scope)) for scope in scopes) if isinstance(scopes, list) else (),
        key_id=_text(body, "apiKeyId"),
    )


def _bare(organization: str) -> str:
    return organization.rpartition("_")[2].lower()


def _text(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    return storable(value) if isinstance(value, str) else None
