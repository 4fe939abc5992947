"""Every exit code that this version can give (contract, section 1).

129, 130 and 143 stand in test_interruption.py, with everything else about runs that end early, and so does 7.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layersync.state.lock import Holder, hold
from tests.end_to_end.place import Place, place_in
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"


def as_it_is(place: Place, url: str) -> None:
    place.configure(url)
    place.table([{"id": ACME, "tagline": "Coffee that shows up before you run out."}])


def to_change(place: Place, url: str) -> None:
    place.configure(url)
    place.table([{"id": HALDEN, "tagline": "new"}])


def with_a_bad_cell(place: Place, url: str) -> None:
    place.configure(url)
    place.table([{"id": ACME, "brandVoice": "Warmth"}, {"id": YOGA, "brandVoice": "warm"}])


def without_key_column(place: Place, url: str) -> None:
    place.configure(url)
    place.table([{"name": "Acme"}])


def to_archive(place: Place, url: str) -> None:
    place.configure(url)
    place.table([{"id": YOGA, "status": "archived"}])


def with_a_mistyped_setting(place: Place, url: str) -> None:
    place.configure(url, "[guards]\nmax_chanes = 1\n[jobs.projects]\nsource = 'projects.csv'")
    place.table([{"id": ACME, "tagline": "x"}])


def nobody_there(place: Place, _url: str) -> None:
    place.configure("http://127.0.0.1:9", limits="max_attempts = 1")
    place.table([{"id": ACME, "tagline": "x"}])


REVOKED = {"LAYERS_API_KEY": "lp_test_revoked_0123456"}
CASES: list[tuple[int, tuple[str, ...], Callable[[Place, str], None], dict[str, str]]] = [
    (0, ("sync",), as_it_is, {}),
    (2, ("sync", "--detailed-exitcode"), to_change, {}),
    (3, ("sync",), with_a_bad_cell, {}),
    (4, ("sync",), without_key_column, {}),
    (5, ("sync",), to_archive, {}),
    (6, ("sync",), as_it_is, REVOKED),
    (8, ("sync",), nobody_there, {}),
    (64, ("sync",), with_a_mistyped_setting, {}),
]


@pytest.mark.parametrize(("code", "words", "prepare", "environ"), CASES, ids=[str(code) for code, *_ in CASES])
def test_each_exit_code_stands_for_what_the_contract_says(
    place: Place,
    api: Traffic,
    code: int,
    words: tuple[str, ...],
    prepare: Callable[[Place, str], None],
    environ: dict[str, str],
) -> None:
    prepare(place, api.url)
    ran = place.call(*words, **environ)
    assert ran.code == code
    assert "Traceback" not in ran.out + ran.err
    if code == 64:
        assert "max_changes" in ran.err, "the nearest valid name is told"
    else:
        assert ran.results["run"]["exit_code"] == code


def test_the_codes_of_runs_that_could_not_begin_by_processes_of_their_own(api: Traffic, tmp_path: Path) -> None:
    """0 and 2 stand in test_second_run.py, 3 and 4 in test_bad_sheets.py, 5 in test_dry_run.py: one start is dear."""
    with ExitStack() as parts:
        started = []
        for code, words, prepare, environ in CASES[-3:]:
            folder = tmp_path / str(code)
            folder.mkdir()
            place = place_in(folder)
            prepare(place, api.url)
            started.append((place, parts.enter_context(place.started(*words, **environ))))
        ended = [place.ended(process) for place, process in started]
    assert [ran.code for ran in ended] == [6, 8, 64]


@pytest.mark.parametrize(
    ("code", "prepare"),
    [(0, as_it_is), (0, to_change), (3, with_a_bad_cell), (4, without_key_column), (5, to_archive)],
)
def test_a_dry_run_ends_with_the_code_that_the_real_run_would_have(
    place: Place, api: Traffic, code: int, prepare: Callable[[Place, str], None]
) -> None:
    prepare(place, api.url)
    assert place.call("sync", "-n").code == place.call("sync").code == code


USAGE = [
    (),
    ("snyc",),
    ("sync", "--dryrun"),
    ("sync", "project"),
    ("sync", "--allow", "archives=3"),
    ("sync", "--max-duration", "soon"),
    ("sync", "--source", "influencers=x.csv"),
    ("sync", "-c", "nowhere.toml"),
    ("sync", "--base-url", "http://api.layers.com"),
    ("columns", "project"),
    ("sync", "--api-key", "x"),
]


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_a_usage_error_ends_with_64_and_sends_nothing(place: Place, api: Traffic, words: tuple[str, ...]) -> None:
    as_it_is(place, api.url)
    ran = place.call(*words)
    assert ran.code == 64
    assert ran.err.startswith("layersync: ")
    assert len(ran.err.splitlines()) == 1
    assert api.requests("PATCH") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--key", HALDEN), "no row of the sheet"), (("--only-fields", "taglin"), "did you mean tagline?")],
)
def test_a_flag_that_asks_for_what_the_sheet_does_not_have_ends_with_64(
    place: Place, api: Traffic, words: tuple[str, ...], told: str
) -> None:
    as_it_is(place, api.url)
    ran = place.call("sync", *words)
    assert ran.code == ran.results["run"]["exit_code"] == 64
    assert told in ran.out
    assert api.requests() == []


def test_without_a_key_nothing_is_sent_and_the_message_says_where_keys_belong(place: Place, api: Traffic) -> None:
    as_it_is(place, api.url)
    keyless = replace(place, environ={name: value for name, value in place.environ.items() if name != "LAYERS_API_KEY"})
    ran = keyless.call("sync")
    assert ran.code == 64
    assert "LAYERS_API_KEY" in ran.err
    assert api.requests() == []


def test_the_sandbox_needs_no_key_and_keeps_its_records_between_runs(place: Place) -> None:
    place.configure("sandbox")
    place.table([{"id": ACME, "tagline": "new"}])
    keyless = replace(place, environ={name: value for name, value in place.environ.items() if name != "LAYERS_API_KEY"})
    first = keyless.run("sync", "--detailed-exitcode")
    assert (first.code, first.counts) == (2, {"changed": 1})
    assert first.out.startswith("SANDBOX")
    second = keyless.call("sync", "--detailed-exitcode")
    assert (second.code, second.counts) == (0, {"unchanged": 1})


def test_of_several_codes_the_first_of_the_contracts_order_wins(place: Place, api: Traffic) -> None:
    jobs = "\n".join(
        f"[jobs.{name}]\nresource = 'projects'\nsource = '{name}.csv'" for name in ("four", "five", "three")
    )
    place.configure(api.url, jobs)
    place.table([{"name": "x"}], "four.csv")
    place.table([{"id": YOGA, "status": "archived"}], "five.csv")
    place.table([{"id": HALDEN, "brandVoice": "Warmth"}], "three.csv")
    assert place.call("sync").code == 4
    assert place.call("sync", "five", "three").code == 5
    assert place.call("sync", "three").code == 3


def test_a_time_limit_while_waiting_for_the_lock_ends_with_7_and_names_the_holder(place: Place, api: Traffic) -> None:
    to_change(place, api.url)
    held = (place.folder / ".layersync", api.url, "", "projects", Holder("run-1", 1, "crow", datetime.now(UTC)))
    with hold(*held):
        ran = place.call("sync", "--wait", "10m", "--max-duration", "50ms")
    assert ran.code == ran.results["run"]["exit_code"] == 7
    assert "locked by run run-1 (pid 1 on crow)" in ran.out
    assert "the time limit of this run is reached" in ran.out
