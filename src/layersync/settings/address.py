"""The addresses in settings: which ones a key may be sent to, and which ones a sheet may come from."""

import re
from urllib.parse import SplitResult, urlsplit

from layersync.values.address import is_address, is_loopback, split_address
from layersync.values.google_sheet import google_sheet

SANDBOX = "sandbox"

_LEGAL = re.compile(r"[\x21-\x5b\x5d-\x7e]+")
_USUAL_PORTS = {"https": 443, "http": 80}


def base_url(text: str) -> str:
    """Gives the base URL without trailing slash and usual port, host in lower case; `sandbox` stays as it is.

    ValueError for what is not `https` (loopback may be `http`), and for user names, queries and fragments
    (reliability 2.C C2). No message holds the address: it may hold a password.
    """
    if text.strip().lower() == SANDBOX:
        return SANDBOX
    if not _LEGAL.fullmatch(text):
        raise ValueError("holds a space, a backslash or a character outside ASCII")
    parts = urlsplit(text)
    _refuse_extras(parts)
    return _rebuilt(parts, parts.hostname or "")


def sheet_source(text: str) -> str:
    """Gives the source of a sheet as it is. ValueError for an address that no sheet may come from."""
    if is_address(text):
        google_sheet(split_address(text))
    return text


def _refuse_extras(parts: SplitResult) -> None:
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        raise ValueError('is neither "sandbox" nor an address such as "https://api.layers.com"')
    if "@" in parts.netloc:
        raise ValueError("holds a user name or password; the key has its own place (LAYERS_API_KEY)")
    if parts.query or parts.fragment:
        raise ValueError("holds a query or fragment; give the address alone")
    if any(part in {".", ".."} for part in parts.path.split("/")):
        raise ValueError("holds . or .. in its path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("is not https; the key would travel in clear text (http is for this machine only)")


def _rebuilt(parts: SplitResult, host: str) -> str:
    try:
        port = parts.port
    except ValueError:
        raise ValueError("holds a port that is no number up to 65535") from None
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != _USUAL_PORTS[parts.scheme]:
        shown += f":{port}"
    return f"{parts.scheme}://{shown}{parts.path.rstrip('/')}"
