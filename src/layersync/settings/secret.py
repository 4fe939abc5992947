"""The API key: where it is looked for, what it must look like, and how it stays out of every output."""

import base64
import json
import re
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

from layersync.errors import UsageError
from layersync.settings.keyless import WHERE_KEYS_BELONG, looks_like_key
from layersync.values.hidden import HIDDEN

MOUNTED = Path("/run/secrets/layers_api_key")
CREDENTIAL = "layers_api_key"

_LEGAL = re.compile(r"[\x21-\x7e]{16,256}")
_LARGEST_FILE = 4096
_BASE64 = (base64.b64encode, base64.urlsafe_b64encode)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of the API. Its `repr` and `str` show nothing; `reveal` is for the transport alone."""

    _value: str = field(repr=False)
    origin: str

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def redact(self, text: str) -> str:
        """Takes the key out of a text: as it is, and in the forms that servers and libraries echo."""
        for form in _forms(self._value):
            text = text.replace(form, HIDDEN)
        return text


@cache
def _forms(key: str) -> tuple[str, ...]:
    """The key in the ways that it is written, whole ones before their parts."""
    raw = key.encode()
    whole = (key, json.dumps(key)[1:-1], quote(key, safe=""))
    coded = (encode(raw).decode() for encode in _BASE64)
    inside = (_inside(raw, before, encode) for encode in _BASE64 for before in range(3))
    return tuple(dict.fromkeys((*whole, *coded, *inside)))


def _inside(raw: bytes, before: int, encode: Callable[[bytes], bytes]) -> str:
    """What Base64 makes of a text in which the key stands, `before` bytes from its beginning, and anything after it.

    Three bytes make four letters: so in a header, or after a name, the key looks one of three ways. Letters that hold
    bits of what stands beside the key are no part of it.
    """
    first = -(-before * 8 // 6)
    return encode(bytes(before) + raw).decode()[first : (before + len(raw)) * 8 // 6]


def find_key(
    api_key_file: str | None,
    environ: Mapping[str, str],
    *,
    warn: Callable[[str], None],
    read_stdin: Callable[[], bytes] = lambda: sys.stdin.buffer.read(_LARGEST_FILE),
    mounted: Path = MOUNTED,
) -> ApiKey | None:
    """Finds the key, or None where nobody gave one.

    In order: `--api-key-file` (`-` = stdin), LAYERS_API_KEY, LAYERS_API_KEY_FILE, systemd's credentials directory, a
    mounted secret. `warn` is told of a key file that others may read. UsageError for a key or a file that can't be
    used; it never shows the value (reliability 2.G).
    """
    if api_key_file == "-":
        return _checked(read_stdin(), "stdin")
    if api_key_file is not None:
        return _from_file(Path(api_key_file), "--api-key-file", warn)
    if "LAYERS_API_KEY" in environ:
        return _checked(environ["LAYERS_API_KEY"].encode(errors="surrogateescape"), "LAYERS_API_KEY")
    if "LAYERS_API_KEY_FILE" in environ:
        return _from_file(Path(environ["LAYERS_API_KEY_FILE"]), "LAYERS_API_KEY_FILE", warn)
    return _from_mounts(environ.get("CREDENTIALS_DIRECTORY"), mounted)


def _from_mounts(credentials: str | None, mounted: Path) -> ApiKey | None:
    places = [Path(credentials) / CREDENTIAL, mounted] if credentials else [mounted]
    # a mounted secret is often readable by all of its container, on purpose
    return next((_from_file(path, str(path), lambda _: None) for path in places if path.is_file()), None)


def _from_file(path: Path, origin: str, warn: Callable[[str], None]) -> ApiKey:
    if looks_like_key(path.name):
        raise UsageError(f"{origin} holds a key where the path of a file is meant", WHERE_KEYS_BELONG)
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                warn(f"{path} can be read by other users of this machine; `chmod 600` it")
            content = file.read(_LARGEST_FILE)
    except OSError as error:
        raise UsageError(f"{origin}: cannot read the key from {path}: {error.strerror}", WHERE_KEYS_BELONG) from None
    return _checked(content, origin)


def _checked(raw: bytes, origin: str) -> ApiKey:
    text = raw.decode("latin-1").removesuffix("\n").removesuffix("\r")
    if not _LEGAL.fullmatch(text):
        raise UsageError(f"{origin}: this is no API key: {_flaw(text)}", WHERE_KEYS_BELONG)
    return ApiKey(text, origin)


def _flaw(text: str) -> str:
    if not text:
        return "it is empty"
    illegal = re.search(r"[^\x21-\x7e]", text)
    if illegal:
        return f"it has an illegal character at position {illegal.start() + 1}"
    return f"it has {len(text)} characters, a key has 16 to 256"
