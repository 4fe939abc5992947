"""One digest for one set of settings."""

import hashlib
import json

from layersync.settings.model import Settings


def config_digest(settings: Settings) -> str:
    """SHA-256 of the settings in force, defaults included, in hex. Settings hold no key."""
    text = json.dumps(settings.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
