"""Whatever a sheet says and whatever is live: after a run, live is as stated, nothing else moved, and all is quiet.

Bytes of CSV go through the whole corridor to the sandbox's own work (must show 3). What a cell means is written here
a second time, from contract section 3 alone.
"""

import copy
import csv
import io
import json
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from layersync.sandbox.generations import SEED, A, B, Generation
from layersync.values.outcome import Word
from layersync.values.report import Report
from tests.end_to_end.in_process import ORGANIZATION, InProcess, run_corridor
from tests.plan.build import an_id, influencer, project

Record = dict[str, object]
Sheet = list[dict[str, str]]

LONG = "Bread from people who know what they do, baked at night and on your table before you have found your slippers."
LETTERS = "ab Z09'\"=+@|{[,;\u00e9e\u0301ß\u212b🍣من"
NUMBERS = {"1", "2.50", "-3"}
DOTTED = st.sampled_from([*sorted(NUMBERS), "true", "FALSE"]) | st.sampled_from(
    ["01", "null", "[1]", '{"a":1}', "caf\u00e9", "cafe\u0301"]
)
CLEAR = st.sampled_from(["<clear>", " <clear> "])
LITERAL_CLEAR = st.just("\\<clear>")


def texts(shortest: int, longest: int) -> st.SearchStrategy[str]:
    """Free text inside its limits in every Unicode form, with no space at its ends."""
    plain = st.text(LETTERS, min_size=shortest, max_size=longest)
    return plain.filter(lambda text: shortest <= len(nfc(text)) <= longest and text.strip() == text and bool(text))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 9), st.sampled_from([0.5, 2.0]), DOTTED),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abk"), inner, max_size=2),
    max_leaves=4,
)
NUMBER = st.integers(-3, 9) | st.sampled_from([0.5, 2.0])
OBJECT = st.dictionaries(st.sampled_from(["a", "b", "k", "partner", "e\u0301"]), JSON, max_size=4)
WORDS = st.lists(texts(1, 5), max_size=3)
PERSONA = st.fixed_dictionaries(
    {}, optional={"tone": texts(1, 5), "traits": WORDS, "values": WORDS, "new": JSON.filter(lambda value: value != {})}
)
PERSONA_CELL = st.fixed_dictionaries(
    {}, optional={"tone": st.none() | texts(1, 5), "traits": st.none() | WORDS, "new": JSON, "caf\u00e9": JSON}
).map(lambda value: json.dumps(value, ensure_ascii=False, indent=1))

PROJECT_CELLS: Mapping[str, st.SearchStrategy[str]] = {
    "name": texts(3, 12),
    "status": st.sampled_from(["active", "archived", " active"]),
    "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
    "ownerEmail": st.sampled_from(["a@example.com", "B@Example.com "]),
    "primaryLanguage": st.sampled_from(["en", "pt-BR"]),
    "appName": texts(3, 12) | CLEAR | LITERAL_CLEAR,
    "appDescription": st.sampled_from([LONG, LONG + "\r\nWarm.", unicodedata.normalize("NFD", "Bäcker. " + LONG)])
    | CLEAR,
    "tagline": texts(1, 12) | LITERAL_CLEAR,
    "brandVoice": st.sampled_from(["warm", "witty"]),
}
DOTTED_CELLS: Mapping[str, st.SearchStrategy[str]] = {
    "metadata.a": DOTTED | CLEAR,
    "metadata.b.k": DOTTED | CLEAR,
    "metadata.\u00e9": DOTTED | CLEAR | LITERAL_CLEAR,
}
METADATA_CELL: Mapping[str, st.SearchStrategy[str]] = {
    "metadata": OBJECT.map(lambda value: json.dumps(value, ensure_ascii=False))
}
INFLUENCER_CELLS: Mapping[str, st.SearchStrategy[str]] = {
    "name": texts(1, 12),
    "gender": st.sampled_from(["female", "nonbinary"]) | CLEAR,
    "vibe": texts(1, 12) | CLEAR | LITERAL_CLEAR,
    "voiceDescription": st.just("one\r\ntwo") | CLEAR,
}
PERSONA_CELLS: Mapping[str, st.SearchStrategy[str]] = {
    "personality.tone": texts(1, 5) | CLEAR,
    "personality.traits": WORDS.map(json.dumps) | st.just("a | b") | CLEAR,
    "personality.new": DOTTED | CLEAR,
}
WHOLE_PERSONA: Mapping[str, st.SearchStrategy[str]] = {"personality": PERSONA_CELL}

NESTED_CELLS = {name: cells for name, cells in PROJECT_CELLS.items() if name != "brandVoice"}
NARROW_CELLS: Mapping[str, st.SearchStrategy[str]] = {
    "name": texts(1, 12),
    "gender": st.sampled_from(["female", "nonbinary", "non_binary"]),
    "ageRange": st.sampled_from(["teen", "mid_adult"]) | CLEAR,
    "brandVoice": st.sampled_from(["warm", "witty"]),
    "language": st.sampled_from(["en", "pt-BR"]),
}
NARROW_LIVE: Mapping[str, st.SearchStrategy[object]] = {
    "gender": st.sampled_from(["female", "non_binary"]),
    "ageRange": st.none() | st.sampled_from(["teen", "senior"]),
    "language": st.just("en"),
}

LIVE: Mapping[str, st.SearchStrategy[object]] = {
    "name": texts(1, 40),
    "status": st.sampled_from(["active", "archived", "a state that no page names"]),
    "appName": st.none() | texts(1, 40),
    "appDescription": st.none() | st.just(LONG),
    "tagline": st.none() | texts(1, 12),
    "brandVoice": st.none() | st.sampled_from(["warm", "a whole sentence"]),
    "metadata": st.none() | OBJECT,
    "gender": st.none() | st.just("female"),
    "vibe": st.none() | texts(1, 12),
    "personality": st.none() | PERSONA,
}


@dataclass(frozen=True)
class World:
    """What the API is like, a resource, its live records, a sheet by rows, and the bytes of it."""

    generation: Generation
    resource: str
    key: str
    live: Sequence[Record]
    sheet: Sheet
    raw: bytes


# every cell that stands at a path inside an object, met by a live value of each type
TYPED = st.fixed_dictionaries(
    {"a": NUMBER | st.booleans() | DOTTED, "b": st.fixed_dictionaries({"k": NUMBER | st.booleans() | DOTTED})},
    optional={"e\u0301": NUMBER | DOTTED, "partner": JSON},
)
SHEETS: Sequence[tuple[str, st.SearchStrategy[dict[str, str]], Mapping[str, st.SearchStrategy[object]]]] = [
    ("projects", st.fixed_dictionaries(dict(DOTTED_CELLS)), {"metadata": TYPED}),
    ("projects", st.fixed_dictionaries({}, optional={**PROJECT_CELLS, **DOTTED_CELLS}), {}),
    ("projects", st.fixed_dictionaries(dict(METADATA_CELL), optional=dict(PROJECT_CELLS)), {}),
    ("influencers", st.fixed_dictionaries(dict(PERSONA_CELLS)), {"personality": PERSONA}),
    ("influencers", st.fixed_dictionaries({}, optional={**INFLUENCER_CELLS, **PERSONA_CELLS}), {}),
    ("influencers", st.fixed_dictionaries(dict(WHOLE_PERSONA), optional=dict(INFLUENCER_CELLS)), {}),
]


# the preset voice of a brand is shown by the seed alone; where nothing is known of a brand, none of it is shown
NESTED_SHEETS = [
    ("projects", st.fixed_dictionaries(dict(DOTTED_CELLS)), {"metadata": TYPED}),
    ("projects", st.fixed_dictionaries({}, optional={**NESTED_CELLS, **DOTTED_CELLS}), {"tagline": texts(1, 12)}),
    ("projects", st.fixed_dictionaries(dict(METADATA_CELL), optional=NESTED_CELLS), {"tagline": texts(1, 12)}),
]
NARROW_SHEETS = [("influencers", st.fixed_dictionaries({}, optional=dict(NARROW_CELLS)), NARROW_LIVE)]
SHEETS_OF = {
    SEED: SHEETS,
    A: [*NESTED_SHEETS, *(one for one in SHEETS if one[0] == "influencers")],
    B: [*NESTED_SHEETS, *NARROW_SHEETS],
}
UNKNOWN: Record = {"labels": {"deep": [1, None, {"x": ""}]}, "score": None}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    generation = draw(st.sampled_from(list(SHEETS_OF)))
    resource, row, special = draw(st.sampled_from(SHEETS_OF[generation]))
    rows = draw(st.lists(row, min_size=1, max_size=4))
    live = [draw(_live(resource, number, special)) for number in range(len(rows) + 1)]
    key = draw(st.sampled_from(["id", "customerExternalId"])) if resource == "projects" else "influencerId"
    sheet = [{key: draw(_spelled(str(record[key]), key)), **row} for record, row in zip(live, rows, strict=False)]
    return World(generation, resource, key, live, sheet, draw(_written(sheet)))


def _live(resource: str, number: int, special: Mapping[str, st.SearchStrategy[object]]) -> st.SearchStrategy[Record]:
    make: Callable[..., Record] = project if resource == "projects" else influencer
    blank = make(number)
    fixed: Record = (
        {"organizationId": ORGANIZATION, "customerExternalId": f"kunde-{number}-\u00e9"}
        if resource == "projects"
        else {"projectId": an_id(0), "referenceImages": [], "status": "ready"}
    )
    fixed |= {"createdAt": f"2026-04-0{number + 1}T00:00:00Z", "updatedAt": "2026-04-01T00:00:00Z"}
    drawn = {**{name: value for name, value in LIVE.items() if name in blank and name not in fixed}, **special}
    return st.fixed_dictionaries(drawn).map(lambda values: {**blank, **fixed, **UNKNOWN, **values})


def _spelled(key: str, name: str) -> st.SearchStrategy[str]:
    """Other spellings of the same key."""
    if name == "customerExternalId":
        return st.sampled_from([key, unicodedata.normalize("NFD", key), f" {key}"])
    bare, prefix = key.rpartition("_")[2], "prj" if name == "id" else "inf"
    return st.sampled_from([bare, bare.upper(), f"{prefix}_{bare}", f"{bare} "])


@st.composite
def _written(draw: st.DrawFn, sheet: Sheet) -> bytes:
    """The sheet as some spreadsheet would save it."""
    header = draw(st.permutations(list(dict.fromkeys(name for row in sheet for name in row))))
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from([",", ";", "\t", "|"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    writer.writerow([*header, "_notes"])
    for row in sheet:
        if draw(st.booleans()):
            writer.writerow([""] * (len(header) + 1))
        writer.writerow([*(row.get(name, draw(st.sampled_from(["", " "]))) for name in header), "note"])
    return text.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


@given(worlds())
def test_after_a_run_live_is_as_stated_nothing_else_moved_and_a_second_run_sends_nothing(world: World) -> None:
    stored: Record = {world.resource: copy.deepcopy(world.live)}
    if world.resource == "influencers":
        stored["projects"] = [{**project(0), "organizationId": ORGANIZATION, "createdAt": "2026-04-01T00:00:00Z"}]
    server = InProcess(stored, generation=world.generation)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sheet.csv").write_bytes(world.raw)
        first = run_corridor(server, Path(folder), world.resource, world.key, "run-1")
        now = _records(server, world)
        sent = len(server.sent)
        second = run_corridor(server, Path(folder), world.resource, world.key, "run-2")

    done = _outcomes(first, world)
    assert set(done) <= {Word.CHANGED, Word.UNCHANGED, Word.INVALID}, done
    for row, outcome, before, after in zip(world.sheet, done, world.live, now, strict=False):
        stated = {} if outcome is Word.INVALID else {name: cell for name, cell in row.items() if name != world.key}
        assert alike(after, as_stored(as_stated(before, stated), world.generation)), (stated, before, after)
    assert alike(now[-1], world.live[-1])
    assert all(request.method == "GET" for request in server.sent[sent:])
    assert second.jobs[0].plan is not None
    assert second.jobs[0].plan.changes == ()


def _records(server: InProcess, world: World) -> list[Record]:
    kept = {record["createdAt"]: record for record in getattr(server.records, world.resource).values()}
    return [copy.deepcopy(kept[record["createdAt"]]) for record in world.live]


def _outcomes(report: Report, world: World) -> list[Word]:
    job = report.jobs[0]
    assert job.failure is None, job.failure
    assert job.plan is not None
    states = {row: Word(state) for row, state in job.plan.rows.select("row", "state").iter_rows() if state != "change"}
    states |= {row: outcome.word for row, outcome in job.outcomes.items()}
    assert len(states) == len(world.sheet)
    return [states[row] for row in sorted(states)]


def as_stated(record: Mapping[str, object], row: Mapping[str, str]) -> Record:
    """What the record is once the row is true of it (contract, section 3)."""
    after = copy.deepcopy(dict(record))
    for path, cell in row.items():
        if not cell.strip():
            continue
        field, *keys = path.split(".")
        if keys:
            after[field] = with_path(after[field], keys, dotted(path, keys, cell, record))
        elif path == "metadata":
            partner = {"partner": record[field]["partner"]} if "partner" in (record[field] or {}) else {}  # type: ignore[index]
            after[field] = {**partner, **json.loads(cell)}
        elif path == "personality":
            after[field] = {**(after[field] or {}), **json.loads(cell)}  # type: ignore[dict-item]
        else:
            after[field] = plain(path, cell)
    return after


def as_stored(record: Record, generation: Generation) -> Record:
    """The newer generation has another spelling (API facts, 8.2)."""
    return {**record, "gender": "non_binary"} if generation.narrow and record.get("gender") == "nonbinary" else record


def plain(path: str, cell: str) -> object:
    if cell.strip() == "<clear>":
        return None
    if cell.strip() == "\\<clear>":
        return "<clear>"
    vocabulary = path in {"status", "timezone", "ownerEmail", "primaryLanguage", "brandVoice", "gender", "ageRange"}
    return cell.strip() if vocabulary else cell.replace("\r\n", "\n")


def dotted(path: str, keys: Sequence[str], cell: str, record: Mapping[str, object]) -> object:
    if path == "personality.traits" and cell.strip() != "<clear>":
        return json.loads(cell) if cell.startswith("[") else [item.strip() for item in cell.split("|")]
    value = plain(path, cell)
    if not path.startswith("metadata.") or not isinstance(value, str):
        return value
    live = record["metadata"]
    for key in keys:
        live = live.get(spelled(live, key)) if isinstance(live, dict) else None
    if isinstance(live, bool) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if isinstance(live, int | float) and not isinstance(live, bool) and value in NUMBERS:
        return float(value)
    return value


def with_path(value: object, keys: Sequence[str], item: object) -> Record:
    """Sets a path inside an object, and takes its last key out where the item is None."""
    held = dict(value) if isinstance(value, dict) else {}
    key, *rest = keys
    key = spelled(held, key)
    if rest:
        inner = with_path(held.get(key), rest, item)
        return {**held, key: inner} if inner or key in held else held
    return {**held, key: item} if item is not None else {name: kept for name, kept in held.items() if name != key}


def spelled(value: Mapping[str, object], key: str) -> str:
    return next((name for name in value if nfc(name) == nfc(key)), key)


def alike(one: object, other: object) -> bool:
    """Equal JSON: Unicode forms and null or absent keys make no difference, nor 1 and 1.0, but 1 and true do."""
    return json.dumps(simple(one), sort_keys=True) == json.dumps(simple(other), sort_keys=True)


def simple(value: object, level: int = 0) -> object:
    match value:
        case dict():
            # two levels down are the keys of metadata and personality
            empty = (None, {}) if level < 1 else (None,)
            items = ((nfc(name), simple(item, level + 1)) for name, item in value.items() if name != "updatedAt")
            return {name: item for name, item in items if item not in empty}
        case list():
            return [simple(item, level + 1) for item in value]
        case str():
            return nfc(value)
        case int() if not isinstance(value, bool):
            return float(value)
        case _:
            return value


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
