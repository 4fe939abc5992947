"""The count of PATCHes per day, kept for the daily cap across runs and processes, and when that day begins.

The cap is that of a key, whichever organisation it acts in (API facts, section 2): `spender` is the key by its id, or
the organisation where the API names no key. The day begins at midnight UTC until the server shows another moment: by
how long it asks to wait when its cap is reached.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from layersync.state.store import Store

_DAY_S: Final = 86_400.0
_NEAR_S: Final = 300.0  # the server rounds, and clocks differ


def count_write(store: Store, base_url: str, spender: str, now: datetime) -> None:
    """Counts one PATCH that is about to be sent.

    Not durable by itself, so that it costs next to nothing: a power cut may lose the counts since the last intent.
    """
    day = _day(store, base_url, spender, now)
    with store.transaction(durable=False) as connection:
        connection.execute(
            "INSERT INTO writes (base_url, spender, day, count) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (base_url, spender, day) DO UPDATE SET count = count + 1",
            (base_url, spender, day.isoformat()),
        )


def writes_today(store: Store, base_url: str, spender: str, now: datetime) -> int:
    """The PATCHes counted on the day that it is, by every run and process that shares the state directory."""
    day = _day(store, base_url, spender, now)
    found = store.rows(
        "SELECT count FROM writes WHERE base_url = ? AND spender = ? AND day = ?",
        (base_url, spender, day.isoformat()),
    )
    return int(found[0]["count"]) if found else 0


def cap_writes(store: Store, base_url: str, spender: str, now: datetime, wait_s: float) -> None:
    """The server takes no more writes for `wait_s` seconds: believed for a day at most, then it is asked again.

    Where that ends at another time of day than the count so far, the count begins anew.
    """
    end = now + timedelta(seconds=min(wait_s, _DAY_S))
    begins_s = _learned(_begins_s(store, base_url, spender), _of_day(end) if wait_s <= _DAY_S else None)
    with store.transaction() as connection:
        if begins_s != _begins_s(store, base_url, spender):
            connection.execute("DELETE FROM writes WHERE base_url = ? AND spender = ?", (base_url, spender))
        connection.execute(
            "INSERT OR REPLACE INTO write_caps (base_url, spender, begins_s, until) VALUES (?, ?, ?, ?)",
            (base_url, spender, begins_s, end.timestamp()),
        )


def capped_until(store: Store, base_url: str, spender: str, now: datetime) -> datetime | None:
    """Until when the server takes no more writes, None where it does, or where a clock makes nonsense of it."""
    found = store.rows("SELECT until FROM write_caps WHERE base_url = ? AND spender = ?", (base_url, spender))
    if not found or not 0 < found[0]["until"] - now.timestamp() <= _DAY_S:
        return None
    return datetime.fromtimestamp(found[0]["until"], UTC)


def day_ends(store: Store, base_url: str, spender: str, now: datetime) -> datetime:
    """When the next day of the cap begins."""
    begins = timedelta(seconds=_begins_s(store, base_url, spender))
    midnight = datetime.combine((now - begins).date(), datetime.min.time(), tzinfo=UTC)
    return midnight + timedelta(days=1) + begins


def _day(store: Store, base_url: str, spender: str, now: datetime) -> date:
    return (now - timedelta(seconds=_begins_s(store, base_url, spender))).date()


def _begins_s(store: Store, base_url: str, spender: str) -> float:
    """When the day begins, in seconds after midnight UTC."""
    found = store.rows("SELECT begins_s FROM write_caps WHERE base_url = ? AND spender = ?", (base_url, spender))
    return float(found[0]["begins_s"]) if found else 0.0


def _learned(known_s: float, shown_s: float | None) -> float:
    """The moment that the server showed, unless it is about the one that is known."""
    apart_s = 0.0 if shown_s is None else abs(shown_s - known_s)
    return known_s if shown_s is None or min(apart_s, _DAY_S - apart_s) <= _NEAR_S else shown_s


def _of_day(moment: datetime) -> float:
    return (moment - datetime.combine(moment.date(), datetime.min.time(), tzinfo=UTC)).total_seconds()
