"""Who is calling: the key, what it may do, and in which organization."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from layersync.sandbox.answers import ApiError
from layersync.sandbox.ids import api_key_id

AuthMode = Literal["bearer", "x-api-key", "both"]
AUTH_MODES: tuple[AuthMode, ...] = ("bearer", "x-api-key", "both")

_KEY = re.compile(r"lp_[\x21-\x7e]{13,253}")


@dataclass(frozen=True)
class Caller:
    """Who holds a key; `scopes` is what it may do, and `suspended` one that may do nothing any more."""

    key_id: str
    scopes: tuple[str, ...]
    suspended: bool = False

    def require(self, scope: str | None) -> None:
        """Raises 403 FORBIDDEN_SCOPE unless the key has `scope`; None asks for nothing."""
        if scope is None or "*" in self.scopes or scope in self.scopes:
            return
        raise ApiError(403, "FORBIDDEN_SCOPE", f"This key lacks the scope {scope}.")

    def refuse_suspended(self) -> None:
        """Raises 503 KILL_SWITCH for a key that is suspended (API facts 8.14)."""
        if self.suspended:
            raise ApiError(503, "KILL_SWITCH", "This API key is suspended.", details={"scope": "key"})


def identify(headers: Mapping[str, str], mode: AuthMode) -> Caller:
    """The caller behind the headers. Words inside the key choose its fate: revoked, killed, readonly.

    Raises 401 UNAUTHENTICATED (API facts 5.1).
    """
    key = _presented_key(headers, mode)
    if key is None or not _KEY.fullmatch(key) or "revoked" in key:
        raise ApiError(401, "UNAUTHENTICATED", "Missing or invalid API key.")
    scopes = ("projects:read",) if "readonly" in key else ("*",)
    return Caller(api_key_id(key), scopes, suspended="killed" in key)


def _presented_key(headers: Mapping[str, str], mode: AuthMode) -> str | None:
    plain = headers.get("x-api-key")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token if scheme.lower() == "bearer" else None
    if mode == "bearer":
        return None if plain is not None else bearer
    if mode == "x-api-key":
        return None if "authorization" in headers else plain
    return plain if plain is not None else bearer
