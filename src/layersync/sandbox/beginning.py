"""What a sandbox begins with: the seed and generated records, or what was kept."""

import json
from collections.abc import Callable, Sequence
from importlib import resources

from layersync.sandbox.answers import JsonObject
from layersync.sandbox.generate import generate
from layersync.sandbox.idempotency import KeptAnswer, Replays
from layersync.sandbox.records import Records
from layersync.sandbox.state_file import StateFile

Lines = Sequence[JsonObject]


def fresh_lines(projects: int, influencers: int) -> Lines:
    """The seed, and so many generated records, in the form of a state file."""
    seed = json.loads(resources.files("layersync.sandbox").joinpath("seed.json").read_text())
    if not projects:
        return [seed]
    return [seed, generate(projects, influencers, seed["organizations"][0]["id"])]


def kept_or_fresh(state: StateFile | None, fresh: Callable[[], Lines], *, reset: bool) -> Lines:
    """What the state file holds, unless there is none or it is to be forgotten."""
    kept = [] if state is None or reset else state.lines()
    return kept or fresh()


def fill(records: Records, replays: Replays, state: StateFile | None, lines: Lines) -> None:
    """Loads the lines, and leaves a state file that holds just them."""
    for line in lines:
        records.load(line)
        for kept in line.get("answers", ()):
            replays.restore(KeptAnswer.from_json(kept))
    if state:
        state.start_with({**records.snapshot(), "answers": [kept.to_json() for kept in replays.fresh()]})
