"""Writes a moment the way every report does: ISO 8601, UTC, milliseconds."""

from datetime import UTC, datetime


def instant(moment: datetime) -> str:
    """Gives `2026-11-21T02:00:03.120Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
