"""Somebody edits records elsewhere between two runs, or empties a cell (contract, section 5)."""

import json
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic

pytestmark = pytest.mark.generations

YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
COFFEE = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
FIRST = "the first run of this job here"


def configure(place: Place, api: Traffic, job: str = "") -> None:
    place.configure(api.url, f"[guards]\nmax_changes = 99\n[jobs.projects]\nsource = 'projects.csv'\n{job}")


def rows(**cells: str) -> list[dict[str, str]]:
    return [{"id": YOGA, **cells}, {"id": COFFEE, **dict.fromkeys(cells, "")}]


@pytest.fixture
def agreed(place: Place, api: Traffic) -> Place:
    """One project, whose tagline sheet and live have agreed on."""
    configure(place, api)
    place.table(rows(tagline="ours", appName="Yoga"))
    first = place.call("sync")
    assert (first.code, first.counts) == (0, {"changed": 1, "unchanged": 1})
    assert FIRST in first.err
    return place


def ledger_file(place: Place) -> Path:
    (found,) = (place.folder / ".layersync").glob("projects-*.ledger")
    return found


def drift(ran) -> list[dict[str, object]]:
    return [one for row in ran.results["rows"] for one in row["drift"]]


@pytest.mark.every_generation
def test_an_edit_made_elsewhere_is_overwritten_and_told_and_then_forgotten(agreed: Place, api: Traffic) -> None:
    api.edit("projects", YOGA, tagline="theirs")
    told = {"field": "tagline", "last_agreed": "ours", "live": "theirs"}

    preview = agreed.call("sync", "-n")
    assert (preview.code, drift(preview)) == (0, [told])
    assert 'live changed from "ours" to "theirs" since the last run' in " ".join(preview.out.split())
    assert FIRST not in preview.err

    ran = agreed.call("sync")
    assert (ran.code, ran.counts, drift(ran)) == (0, {"changed": 1, "unchanged": 1}, [told])
    assert json.loads(ran.lines[0]["drift"]) == [told]
    assert "1 field was changed elsewhere since the last run: 1 overwritten" in ran.out
    assert api.project(YOGA)["tagline"] == "ours"

    again = agreed.call("sync")
    assert (again.counts, drift(again)) == ({"unchanged": 2}, [])


def test_a_change_of_the_sheet_is_no_drift(agreed: Place) -> None:
    agreed.table(rows(tagline="new", appName="Yoga"))
    ran = agreed.call("sync")
    assert (ran.counts, drift(ran)) == ({"changed": 1, "unchanged": 1}, [])


def test_a_field_that_keeps_the_live_value_is_not_sent_while_the_others_are(agreed: Place, api: Traffic) -> None:
    configure(agreed, api, 'on_drift = { default = "overwrite", tagline = "keep" }')
    api.edit("projects", YOGA, tagline="theirs")
    ran = agreed.call("sync")
    assert (ran.code, ran.counts) == (0, {"unchanged": 2})
    assert [one["live"] for one in drift(ran)] == ["theirs"]
    assert "1 kept" in ran.out

    agreed.table(rows(tagline="ours", appName="Yoga!"))
    ran = agreed.call("sync")
    assert (ran.counts, len(drift(ran))) == ({"changed": 1, "unchanged": 1}, 1), "it is told until sheet and live agree"
    assert (api.project(YOGA)["tagline"], api.project(YOGA)["appName"]) == ("theirs", "Yoga!")

    agreed.table(rows(tagline="theirs", appName="Yoga!"))
    assert drift(agreed.call("sync")) == []
    agreed.table(rows(tagline="ours again", appName="Yoga!"))
    assert agreed.call("sync").counts == {"changed": 1, "unchanged": 1}


def test_a_field_that_holds_holds_its_row_with_code_3_until_somebody_decides(agreed: Place, api: Traffic) -> None:
    configure(agreed, api, 'on_drift = "hold"')
    api.edit("projects", YOGA, tagline="theirs")
    for words in (("sync", "-n"), ("sync",)):
        ran = agreed.call(*words)
        assert (ran.code, ran.counts) == (3, {"held": 1, "unchanged": 1})
        row = ran.results["rows"][0]
        assert (row["cell"], [one["field"] for one in row["drift"]]) == ("B2", ["tagline"])
        assert "live changed from ours to theirs since the last run; the sheet says ours" in row["message"]
    assert api.project(YOGA)["tagline"] == "theirs"
    assert (agreed.folder / "reports" / "latest" / "retry.csv").exists()

    agreed.table(rows(tagline="theirs", appName="Yoga"))
    assert agreed.call("sync").code == 0


def test_an_emptied_cell_is_told_in_one_run_and_a_preview_does_not_use_it_up(agreed: Place) -> None:
    agreed.table(rows(tagline="ours", appName=""))
    told = 'C2 was emptied; live keeps "Yoga"'
    for words in (("sync", "-n"), ("sync", "-n"), ("sync",)):
        ran = agreed.call(*words)
        assert (ran.code, ran.counts) == (0, {"unchanged": 2})
        (problem,) = ran.results["rows"][0]["problems"]
        assert (problem["message"], problem["what_to_do"]) == (told, "write <clear> to clear it")
        assert problem["severity"] == "notice"
        assert told in ran.out
    assert agreed.call("sync").results["rows"][0]["problems"] == []


def test_a_dry_run_leaves_the_ledger_as_it_is(agreed: Place, api: Traffic) -> None:
    before = ledger_file(agreed).read_bytes()
    api.edit("projects", YOGA, tagline="theirs", appName="theirs")
    agreed.table(rows(tagline="theirs", appName=""))
    agreed.call("sync", "-n")
    assert ledger_file(agreed).read_bytes() == before


def test_a_run_over_a_part_of_the_sheet_keeps_what_is_known_of_the_rest(agreed: Place, api: Traffic) -> None:
    agreed.table(rows(tagline="newer", appName="Yoga"))
    assert agreed.call("sync", "--key", COFFEE).counts == {"unchanged": 1}
    assert agreed.call("sync", "--only-fields", "tagline").counts == {"changed": 1, "unchanged": 1}
    api.edit("projects", YOGA, tagline="theirs", appName="Theirs")
    assert {(one["field"], one["last_agreed"]) for one in drift(agreed.call("sync", "-n"))} == {
        ("tagline", "newer"),
        ("appName", "Yoga"),
    }


def test_a_ledger_that_cannot_be_used_is_told_and_the_next_run_has_a_new_one(agreed: Place, api: Traffic) -> None:
    path = ledger_file(agreed)
    path.write_bytes(path.read_bytes()[:-7])
    api.edit("projects", YOGA, tagline="theirs")
    ran = agreed.call("sync")
    assert (ran.code, ran.counts, drift(ran)) == (0, {"changed": 1, "unchanged": 1}, [])
    assert f"{path} is damaged" in ran.err
    again = agreed.call("sync")
    assert (again.counts, again.err.count("damaged")) == ({"unchanged": 2}, 0)


def settled_ids(place: Place, after: int) -> list[str]:
    """The records whose outcomes stand in the journal, without the first `after`, which are of an earlier run."""
    with closing(sqlite3.connect(place.folder / ".layersync" / "state.sqlite")) as state:
        query = "SELECT id FROM outcomes JOIN intents USING (run_id, seq) ORDER BY outcomes.rowid"
        return [record_id.rpartition("_")[2] for (record_id,) in state.execute(query)][after:]


def test_after_kill_9_the_next_run_knows_what_the_dead_one_wrote(place: Place, api: Traffic) -> None:
    own = api.project(YOGA)["organizationId"]
    ids = [bare for bare, record in api.records("projects").items() if record["organizationId"] == own][:12]
    configure(place, api)
    place.table([{"id": bare, "tagline": "A"} for bare in ids])
    assert place.call("sync").code == 0

    place.table([{"id": bare, "tagline": "B"} for bare in ids])
    api.forget()
    api.faults({"method": "PATCH", "after": 3, "do": {"delay": 30}})
    with place.started("sync") as process:
        api.wait_for_fault(process)
        while not (settled := settled_ids(place, after=len(ids))):
            assert process.poll() is None
            time.sleep(0.03)
        process.kill()
        assert place.ended(process).code == -signal.SIGKILL
    api.faults()
    answered = settled[0]
    api.edit("projects", answered, tagline="theirs")

    place.table([{"id": bare, "tagline": "C"} for bare in ids])
    for words in (("sync", "-n"), ("sync",)):
        ran = place.call(*words)
        assert ran.code == 0
        assert ran.counts[{2: "would_change", 1: "changed"}[len(words)]] == len(ids)
        assert drift(ran) == [{"field": "tagline", "last_agreed": "B", "live": "theirs"}], "not what it wrote itself"
    assert drift(place.call("sync")) == []


def test_a_run_that_cannot_write_its_ledger_is_settled_by_the_next_one(agreed: Place, api: Traffic) -> None:
    path = ledger_file(agreed)
    old = path.read_bytes()
    path.unlink()
    path.mkdir()
    agreed.table(rows(tagline="newer", appName="Yoga"))
    ran = agreed.call("sync")
    assert (ran.code, ran.counts) == (8, {"changed": 1, "unchanged": 1})
    assert "the next run will settle this one" in ran.err

    path.rmdir()
    path.write_bytes(old)
    api.edit("projects", YOGA, tagline="theirs")
    again = agreed.call("sync")
    assert again.results["run"]["resumed_from"] == ran.results["run"]["run_id"]
    assert drift(again) == [{"field": "tagline", "last_agreed": "newer", "live": "theirs"}]


def test_an_applied_plan_is_remembered_like_a_run_over_the_sheet(agreed: Place, api: Traffic) -> None:
    agreed.table(rows(tagline="newer", appName="Yoga"))
    preview = agreed.call("plan")
    assert agreed.call("apply", preview.results["run"]["run_id"]).counts == {"changed": 1}
    assert drift(agreed.call("sync", "-n")) == []
    api.edit("projects", YOGA, tagline="theirs", appName="Theirs")
    assert {(one["field"], one["last_agreed"]) for one in drift(agreed.call("sync"))} == {
        ("tagline", "newer"),
        ("appName", "Yoga"),
    }


def test_a_row_that_a_guard_holds_agrees_on_nothing_new(agreed: Place, api: Traffic) -> None:
    agreed.table([{"id": YOGA, "tagline": "newer", "appName": "Yoga", "status": "archived"}])
    assert agreed.call("sync", "--allow", "shrink=9").code == 5
    api.edit("projects", YOGA, tagline="theirs")
    preview = agreed.call("sync", "-n", "--allow", "shrink=9")
    assert drift(preview) == [{"field": "tagline", "last_agreed": "ours", "live": "theirs"}]
