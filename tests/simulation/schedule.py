"""One seed, one schedule: how large the world is, and what goes wrong in it when."""

import uuid
from dataclasses import dataclass, field
from random import Random

from tests.simulation.api_model import DAY_S, FATES, Weather

_RETRY_AFTERS = ("1", "7", "30", None, "0", "-5", "soon", "1e9", "Sat, 21 Nov 2026 02:00:10 GMT")
_EDITED = ("tagline", "timezone", "name", "metadata.crm", "metadata.theirs")
_WORLDS = 12
_MOST_NIGHTS = 3


@dataclass(kw_only=True)
class Night:
    """One run of the program, `at` a true time. `killed_at` and `disk_full_at` count steps, None = never.

    `power_cut` says that with the process all goes that is not on the disk for good. `wall_off_s` is how wrong its wall
    clock is, and `wall_jump` at what time of the run it moves by how much. `disk_fails` says from which step on, and
    for how many, nothing can be written. `suspended` says when the machine sleeps, and for how long: the world goes on.
    `signal_at` and `max_duration_s` end it early. `beside` starts a second process after so many seconds.
    `retry_quarantined` is the flag.
    """

    at: float
    weather: Weather
    killed_at: int | None = None
    power_cut: bool = False
    disk_full_at: int | None = None
    disk_fails: tuple[int, int] | None = None
    wall_off_s: float = 0.0
    wall_jump: tuple[float, float] | None = None
    boot_id: str = "boot-1"
    boot_off_s: float = 0.0
    suspended: tuple[float, float] | None = None
    signal_at: float | None = None
    max_duration_s: float | None = None
    beside: float | None = None
    retry_quarantined: bool = False


@dataclass(kw_only=True)
class Edit:
    """Somebody else sets a field; `until` is when they put it back, None = never."""

    at: float
    row: int
    field: str
    value: str
    until: float | None = None


@dataclass(kw_only=True)
class Schedule:
    """Everything that a seed decides."""

    seed: int
    ids: list[str]
    sheets: list[list[dict[str, str]]]
    nights: list[Night]
    edits: list[Edit] = field(default_factory=list)


def schedule_of(seed: int) -> Schedule:
    """Draws a schedule: what goes wrong is the seed's own, what is in the sheets is shared by every twelfth."""
    ids, known = _sheets(Random(seed % _WORLDS))
    rng = Random(seed)
    nights = _nights(rng)
    sheets = [known[0]]
    for number in range(1, len(nights)):
        sheets.append(known[number] if rng.random() < 0.25 else sheets[-1])
    return Schedule(seed=seed, ids=ids, sheets=sheets, nights=nights, edits=_edits(rng, len(ids), nights))


def _sheets(rng: Random) -> tuple[list[str], list[list[dict[str, str]]]]:
    ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(rng.choice((2, 3, 4, 5, 6, 10)))]
    return ids, [[_row(one, rng, number) for one in ids] for number in range(_MOST_NIGHTS)]


def _row(record_id: str, rng: Random, number: int) -> dict[str, str]:
    word = f"{number}-{rng.randrange(1000)}"
    row = {"id": record_id, "tagline": f"ours {word}", "appDescription": "", "timezone": ""}
    if rng.random() < 0.4:
        row["appDescription"] = f"A description of our own, {word}. ".ljust(120, "x")
    if rng.random() < 0.3:
        row["timezone"] = rng.choice(("Europe/Oslo", "Asia/Tokyo"))
    if rng.random() < 0.3:
        row["metadata.crm"] = word
    return row


def _nights(rng: Random) -> list[Night]:
    nights = []
    at, boots, boot_off_s = 0.0, 1, rng.uniform(0, 1e6)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        night = Night(at=at, weather=_weather(rng, at), boot_id=f"boot-{boots}")
        night.boot_off_s = boot_off_s
        if rng.random() < 0.5:
            night.killed_at = rng.randint(1, 80)
            night.power_cut = rng.random() < 0.4
        if rng.random() < 0.1:
            night.disk_full_at = rng.randint(1, 40)
        if rng.random() < 0.1:
            night.disk_fails = (rng.randint(1, 40), rng.choice((1, 1, 3, 1000)))
        if rng.random() < 0.1:
            night.suspended = (rng.uniform(0, 5), rng.choice((120.0, 3600.0, 30 * 3600.0)))
        if rng.random() < 0.2:
            night.wall_off_s = rng.choice((-1, 1)) * rng.uniform(60, 30 * 3600)
        if rng.random() < 0.15:
            night.wall_jump = (rng.uniform(0, 20), rng.choice((-7200.0, 7200.0, 26 * 3600.0)))
        if rng.random() < 0.25:
            night.signal_at = rng.choice((rng.uniform(0, 2), rng.uniform(1, 10), rng.uniform(0, 40)))
        if rng.random() < 0.15:
            night.max_duration_s = rng.choice((rng.uniform(0, 2), rng.uniform(1, 10), rng.uniform(1, 120)))
        if rng.random() < 0.15:
            night.beside = rng.uniform(0, 5)
        nights.append(night)
        at += rng.choice((120.0, 3600.0, 22.5 * 3600, 23.5 * 3600, DAY_S, 1.2 * DAY_S)) + 3600.0
        if rng.random() < 0.3 or night.power_cut:
            boots, boot_off_s = boots + 1, -at  # counts from now
    return nights


def _weather(rng: Random, at: float) -> Weather:
    weather = Weather()
    for fate in FATES:
        if rng.random() < 0.35:
            setattr(weather, fate, rng.choice((0.03, 0.1, 0.3)))
    for rate_class in ("read", "write"):
        if rng.random() < 0.2:
            begins = at + rng.choice((-20.0, rng.uniform(0, 2), rng.uniform(0, 10)))
            lasts = rng.choice((rng.uniform(1, 60), rng.uniform(60, 200)))
            weather.storms.append((rate_class, begins, begins + lasts, rng.choice(_RETRY_AFTERS)))
    return weather


def _edits(rng: Random, rows: int, nights: list[Night]) -> list[Edit]:
    edits = []
    for _ in range(rng.choice((0, 0, 1, 2, 4))):
        night = rng.choice(nights)
        at = night.at + rng.choice((rng.uniform(0, 10), rng.uniform(0, 3600)))
        storm = next((one for one in night.weather.storms if one[0] == "write"), None)
        if storm is not None and rng.random() < 0.6:  # while what was planned waits
            at = rng.uniform(storm[1], storm[2])
        edit = Edit(at=at, row=rng.randrange(rows), field=rng.choice(_EDITED), value="")
        edit.value = rng.choice(("Asia/Dubai", "Africa/Lagos")) if edit.field == "timezone" else f"theirs {at:.0f}"
        if rng.random() < 0.3:
            edit.until = at + rng.uniform(0.1, 7200)
        edits.append(edit)
    return edits
