"""The count of PATCHes per UTC day, kept for the daily cap across runs and processes."""

from datetime import date

from layersync.state.store import Store


def count_write(store: Store, base_url: str, organization_id: str, day: date) -> None:
    """Counts one PATCH that is about to be sent.

    Not durable by itself, so that it costs next to nothing: a power cut may lose the counts since the last intent.
    """
    with store.transaction(durable=False) as connection:
        connection.execute(
            "INSERT INTO writes (base_url, organization_id, day, count) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (base_url, organization_id, day) DO UPDATE SET count = count + 1",
            (base_url, organization_id, day.isoformat()),
        )


def writes_on(store: Store, base_url: str, organization_id: str, day: date) -> int:
    """The PATCHes counted on that UTC day, by every run and process that shares the state directory."""
    found = store.rows(
        "SELECT count FROM writes WHERE base_url = ? AND organization_id = ? AND day = ?",
        (base_url, organization_id, day.isoformat()),
    )
    return int(found[0]["count"]) if found else 0
