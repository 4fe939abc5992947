"""The address of a sheet on the web: which ones may be asked, and which hosts are this machine."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_LEGAL = re.compile(r"[\x21-\x5b\x5d-\x7e]+")


def is_address(source: str) -> bool:
    """Tells an address from a path and from `-`."""
    return source.lower().startswith(("http://", "https://"))


def is_loopback(host: str) -> bool:
    """Tells whether the host is this machine, by its name or address alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def split_address(text: str) -> SplitResult:
    """Gives the parts of an address that a sheet may be read from.

    ValueError for what is not `https` (loopback may be `http`) and for user names. No message holds the address: it
    may hold a password.
    """
    if not _LEGAL.fullmatch(text):
        raise ValueError("holds a space, a backslash or a character outside ASCII: copy it out of the address bar")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("holds a host or a port that is none") from None
    if not parts.hostname or port == 0:
        raise ValueError("names no host")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or password; a sheet is read from an address that needs none")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("is not https (http is for this machine only)")
    return parts
