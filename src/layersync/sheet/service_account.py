"""A Google service account: its key file becomes a token that may read what is shared with the account.

The exchange is the one under "Using OAuth 2.0 for Server to Server Applications": a signed statement for a token.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from layersync.errors import InputUnusable
from layersync.sheet.download import Patience, download
from layersync.sheet.web import WebAnswer, WebRequest

_NAME: Final = "the token of the Google service account"
_SCOPE: Final = "https://www.googleapis.com/auth/drive.readonly"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME_S: Final = 600
_LARGEST_TOKEN: Final = 64 * 1024
_OUR_VARIABLE: Final = "GOOGLE_APPLICATION_CREDENTIALS must name the JSON key file of a service account"
_OTHER_KEY: Final = "create a new key for the service account, and look at this machine's clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who reads, and the token that lets it. The token is shown by no `repr`."""

    email: str
    token: str = field(repr=False)


async def sign_in(key_file: str, patience: Patience) -> Account:
    """Exchanges a key file for a token that may read. InputUnusable where that can't be done."""
    key = _read_key(key_file)
    form = {"grant_type": _GRANT, "assertion": _statement(key)}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode("ascii")
    request = WebRequest(url=key["token_uri"], method="POST", headers=headers, body=body)
    answer = await download(_NAME, request, _LARGEST_TOKEN, patience)
    return Account(email=key["client_email"], token=_token(answer))


def _read_key(path: str) -> Mapping[str, str]:
    try:
        key = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputUnusable(f"the key file {path} cannot be read: {error.strerror}", _OUR_VARIABLE) from None
    except (ValueError, RecursionError):
        key = None
    needed = ("type", "client_email", "private_key", "token_uri")
    if not isinstance(key, dict) or not all(isinstance(key.get(name), str) for name in needed):
        raise InputUnusable(f"{path} is no key file of a service account", _OUR_VARIABLE)
    return key


def _statement(key: Mapping[str, str]) -> str:
    """Who we are and what we want to read, signed: good for one token, for ten minutes."""
    try:
        from google.auth import crypt, jwt  # noqa: PLC0415  an optional extra
    except ImportError:
        raise InputUnusable(
            "reading as a Google service account needs an extra that is not installed",
            "pip install 'layersync[google]', or unset GOOGLE_APPLICATION_CREDENTIALS to read shared sheets only",
        ) from None
    now = int(time.time())
    claims = {
        "iss": key["client_email"],
        "scope": _SCOPE,
        "aud": key["token_uri"],
        "iat": now,
        "exp": now + _LIFETIME_S,
    }
    try:
        signed: bytes = jwt.encode(crypt.RSASigner.from_service_account_info(key), claims)
    except ValueError:
        raise InputUnusable("the key file holds no private key that can be used", _OTHER_KEY) from None
    return signed.decode("ascii")


def _token(answer: WebAnswer) -> str:
    try:
        told: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    told = told if isinstance(told, dict) else {}
    token = told.get("access_token")
    if answer.status == 200 and isinstance(token, str) and token.isascii() and token.isprintable():
        return token
    reason = str(told.get("error_description") or told.get("error") or "")[:200]
    because = f": {reason}" if reason else ""
    raise InputUnusable(f"Google does not accept the service account's key (HTTP {answer.status}){because}", _OTHER_KEY)
