"""The files that every way of planning is given, and the answer that it must find.

`sheet.csv` is the sheet. The live records stand in another order, twice: `live.ndjson`, a record a line, for those who
read files, and `pages.jsonl`, a page of the listing a line, as the API sends them. `truth.json` holds the CRC.
"""

import csv
import json
import random
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

FIELDS = (
    "id",
    "name",
    "status",
    "ownerEmail",
    "timezone",
    "primaryLanguage",
    "customerExternalId",
    "appName",
    "appDescription",
    "tagline",
    "brandVoice",
    "targetGender",
    "metadata",
    "category",
    "city",
)
PAGE = 200
CHANGED = 0.02
SPELLED_OTHERWISE = 0.05
_CHANGEABLE = ("name", "ownerEmail", "timezone", "appName", "appDescription", "tagline", "metadata", "city")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "America/Sao_Paulo")
_PIECES = (
    'Zählt, was du isst, und sagt dir, "ganz freundlich", was du heute kochst. ',
    "Läuft im Hintergrund, spart Strom, und vergisst nichts, was dir wichtig ist. ",
    "東京で人気の食事アプリ、毎日の習慣を変えます。",
    "Une appli simple, rapide, et sûre pour toute l’équipe, à Montréal comme à Paris. ",
    "Built for people who run, cycle, swim, or walk, with friends or alone. ",
    "Tells you when to stop, when to rest, and when to call it a day. ",
)


def write(folder: Path, rows: int, free: bool) -> None:
    """Writes the files. `free`: the keys of metadata differ from record to record."""
    truth = set()
    with (folder / "sheet.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(FIELDS)
        for number in range(rows):
            desired, live = record(number, free)
            truth |= {(desired["id"], name) for name in FIELDS if desired[name] != live[name]}
            sheet.writerow([_cell(number, value) for value in desired.values()])
    order = list(range(rows))
    random.Random(7).shuffle(order)
    with (folder / "live.ndjson").open("w", encoding="utf-8") as lines, (folder / "pages.jsonl").open("wb") as pages:
        for start in range(0, rows, PAGE):
            items = [_json(record(number, free)[1]) for number in order[start : start + PAGE]]
            lines.writelines(f"{item}\n" for item in items)
            cursor = f'"{start + PAGE}"' if start + PAGE < rows else "null"
            pages.write(f'{{"items":[{",".join(items)}],"nextCursor":{cursor}}}\n'.encode())
    (folder / "truth.json").write_text(json.dumps({"crc": crc(truth), "changes": len(truth)}))


def pages(folder: Path) -> Iterator[bytes]:
    """The pages of the listing, one after the other."""
    with (folder / "pages.jsonl").open("rb", buffering=1 << 20) as file:
        yield from file


def crc(found: Iterable[tuple[str, str]]) -> int:
    """Sums up a set of (id, field): two ways that found the same changes have the same sum."""
    return zlib.crc32("\n".join(sorted(f"{record} {field}" for record, field in found)).encode())


def record(number: int, free: bool) -> tuple[dict[str, object], dict[str, object]]:
    """A record as the sheet wants it, and as it is live."""
    desired = _desired(number, random.Random(number), free)
    chance = random.Random(-number - 1)
    live = dict(desired)
    if chance.random() < CHANGED:
        for name in chance.sample(_CHANGEABLE, chance.randint(1, 3)):
            live[name] = None if desired[name] is None else _another(desired[name])  # blank means: leave alone
    return desired, live


def _desired(number: int, chance: random.Random, free: bool) -> dict[str, object]:
    return {
        "id": str(UUID(int=chance.getrandbits(128), version=4)),
        "name": f"Project {number}",
        "status": "active",
        "ownerEmail": f"team{number % 500}@example.com",
        "timezone": chance.choice(_ZONES),
        "primaryLanguage": chance.choice(("en", "de", "pt-BR", "ja")),
        "customerExternalId": f"crm-{number:08d}",
        "appName": None if chance.random() < 0.1 else f"App {number}",
        "appDescription": None if chance.random() < 0.05 else _description(number, chance),
        "tagline": f"The app for number {number}, café included",
        "brandVoice": chance.choice(("authentic", "witty", "warm", "casual")),
        "targetGender": "all",
        "metadata": _metadata(number, chance, free),
        "category": chance.choice(("Food", "Sports", "Bücher", "Music, live")),
        "city": chance.choice(("Zürich", "München", "São Paulo", "New York", "大阪")),
    }


def _description(number: int, chance: random.Random) -> str:
    text = f"{number}: "
    while len(text) < 280:
        text += chance.choice(_PIECES)
    return text.strip()


def _metadata(number: int, chance: random.Random, free: bool) -> dict[str, object]:
    known: dict[str, object] = {
        "crm": f"C-{number}",
        "tier": chance.choice(("gold", "silver")),
        "score": chance.randint(0, 1000),
        "tags": ["a", "b"],
        "note": "für später",
    }
    return known if not free else {f"{key}_{chance.randint(0, 50)}": value for key, value in known.items()}


def _another(value: object) -> object:
    if isinstance(value, dict):
        return {**value, next(iter(value)): "another"}
    return "another value" if value != "UTC" else "Asia/Tokyo"


def _cell(number: int, value: object) -> object:
    """A cell of the sheet: metadata is sometimes written by somebody with other habits than the API."""
    if not isinstance(value, dict):
        return "" if value is None else value
    if random.Random(number).random() < SPELLED_OTHERWISE:
        return json.dumps(dict(reversed(value.items())), ensure_ascii=False)
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
