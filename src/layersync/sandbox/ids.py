"""The forms of ids: which texts name a record, and new request ids."""

import hashlib
import re
import secrets
import uuid

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def project_id(text: str) -> str | None:
    """The bare, lower-case UUID that `text` names, bare or with a project prefix; None if it is no such id."""
    # Both prefixes occur: prj_ in the project page's request, proj_ in the influencer page's answer.
    bare = _without_prefix(text, ("prj_", "proj_"))
    return bare.lower() if _UUID.fullmatch(bare) else None


def influencer_id(text: str) -> str | None:
    """The bare UUID (lower case) or ULID that `text` names; None if it is neither."""
    bare = _without_prefix(text, ("inf_",))
    if _UUID.fullmatch(bare):
        return bare.lower()
    return bare if _ULID.fullmatch(bare) else None


def api_key_id(key: str) -> str:
    """The id under which a key is accounted: the same for the same key, and safe to show and store."""
    digest = hashlib.sha256(key.encode()).digest()[:16]
    return f"key_{uuid.UUID(bytes=digest, version=4)}"


def request_id() -> str:
    """A new request id, `req_` and 26 characters (API facts 7.3)."""
    number = secrets.randbits(130)
    return "req_" + "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -5, -5))


def _without_prefix(text: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        if text.startswith(prefix):
            return text[len(prefix) :]
    return text
