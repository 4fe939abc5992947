"""The refusal of an input that is larger than it may be."""

from layersync.errors import InputUnusable


def too_large(name: str, max_bytes: int) -> InputUnusable:
    """Gives the refusal, with the setting that would let it pass."""
    return InputUnusable(
        f"{name} is larger than {max_bytes:,} bytes", "if the sheet is meant to be that large, raise max_bytes"
    )
