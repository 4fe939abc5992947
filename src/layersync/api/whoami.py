"""Who the key is: the first call of every run (API facts, 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from layersync.api.client import ReadClient
from layersync.api.meaning import Kind
from layersync.api.paths import WHOAMI
from layersync.errors import ApiRefuses, StoppedEarly


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the API says of a key."""

    organization_id: str
    organization_name: str
    tier: str
    scopes: tuple[str, ...]
    key_id: str | None


async def who_am_i(client: ReadClient) -> Identity:
    """Asks the API who we are. Raises ApiRefuses where the key is no good, suspended, or of another organisation."""
    judgement = await client.get(WHOAMI)
    if judgement.kind is not Kind.DONE:
        raise ApiRefuses(
            f"the API does not say who we are: {judgement.message}", "check base_url, organization and the key"
        )
    body = judgement.body
    if body.get("killSwitch") is True or body.get("apiAccessRevoked") is True:
        raise ApiRefuses("the kill switch is on: this key or organisation is suspended", "ask Layers")
    organization = body.get("organizationId")
    if not isinstance(organization, str):
        raise StoppedEarly("whoami did not name an organisation", "check that base_url leads to the API")
    scopes = body.get("scopes")
    return Identity(
        organization_id=organization,
        organization_name=_text(body, "organizationName") or organization,
        tier=_text(body, "rateLimitTier") or "standard",
        scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else (),
        key_id=_text(body, "apiKeyId"),
    )


def _text(body: Mapping[str, object], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None
