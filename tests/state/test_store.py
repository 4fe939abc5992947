"""The state file is private, durable, kept at the newest schema, and never ends a run in a traceback."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layersync.errors import StoppedEarly, UsageError
from layersync.state.journal import Journal
from layersync.state.memory import remember
from layersync.state.runs import begin, last_rows, set_last_rows
from layersync.state.schema import MIGRATIONS
from layersync.state.store import FILE_NAME, Store
from layersync.state.writes import count_write
from layersync.values.storable import storable
from tests.state.child import Start
from tests.state.samples import DAY, JOB, ORG, URL, a_change, a_run, an_outcome

SECOND_STEP = ("CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('from step 2')")


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_umask")
def test_directory_and_all_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state") as store:
        begin(store, a_run())
        modes = {path.name: mode(path) for path in (tmp_path / "state").iterdir()}
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}
    assert mode(tmp_path / "state") == 0o700


def test_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    (tmp_path / FILE_NAME).chmod(0o644)
    Store.open(tmp_path).close()
    assert mode(tmp_path / FILE_NAME) == 0o600


def test_state_file_that_is_a_link_is_refused_and_its_target_untouched(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "target")
    with pytest.raises(UsageError, match="not a regular file"):
        Store.open(tmp_path)
    assert (tmp_path / "target").read_text() == "precious"


def test_every_commit_waits_for_the_disk_also_after_a_count_that_does_not(store: Store) -> None:
    assert store.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert store.rows("PRAGMA synchronous")[0][0] == 2
    count_write(store, URL, ORG, DAY)
    assert store.rows("PRAGMA synchronous")[0][0] == 2


def test_transaction_that_fails_leaves_nothing_and_the_next_one_works(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), store.transaction() as connection:  # noqa: PT012
        connection.execute("DELETE FROM runs")
        raise KeyboardInterrupt
    set_last_rows(store, URL, ORG, JOB, 7)
    assert [row["run_id"] for row in store.rows("SELECT run_id FROM runs")] == ["run-1"]
    assert last_rows(store, URL, ORG, JOB) == 7


def test_our_own_mistakes_are_not_called_damage(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        begin(store, a_run())


def test_text_with_lone_surrogates_is_stored_as_escapes(store: Store) -> None:
    assert storable("caf\u00e9 \ud800!") == "caf\u00e9 \\ud800!"
    journal = Journal(store, "run-1")
    intent = journal.intend(a_change(name="\udfff"))
    journal.settle(intent, an_outcome(message="said \ud800"))


def test_older_file_is_brought_to_the_newest_schema_with_what_it_holds(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        set_last_rows(store, URL, ORG, JOB, 31)
    for _ in range(2):
        with Store.open(tmp_path, migrations=(*MIGRATIONS, SECOND_STEP)) as store:
            assert [row["text"] for row in store.rows("SELECT text FROM notes")] == ["from step 2"]
            assert last_rows(store, URL, ORG, JOB) == 31


def test_step_that_fails_leaves_the_older_schema(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with pytest.raises(StoppedEarly):
        Store.open(tmp_path, migrations=(*MIGRATIONS, ("CREATE TABLE notes (text TEXT)", "NONSENSE")))
    with Store.open(tmp_path) as store:
        assert store.rows("PRAGMA user_version")[0][0] == len(MIGRATIONS)
        assert store.rows("SELECT name FROM sqlite_master WHERE name = 'notes'") == []


def test_file_of_a_newer_layersync_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path, migrations=(*MIGRATIONS, SECOND_STEP)).close()
    newest = len(MIGRATIONS)
    with pytest.raises(UsageError, match=f"newer layersync: schema {newest + 1}, this one knows {newest}") as raised:
        Store.open(tmp_path)
    assert "Update layersync" in raised.value.what_to_do


def test_processes_that_open_a_new_file_at_once_all_get_it(tmp_path: Path, start: Start) -> None:
    children = [start("opens", tmp_path / "state") for _ in range(4)]
    assert [child.communicate()[0] for child in children] == ["opened\n"] * 4


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 500)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def pages_overwritten(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def header_overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\x00" * 100)


def foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE things (name TEXT)")
    connection.close()


def tables_gone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE last_rows")
    connection.close()


def base_unreadable(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE intents SET base = '{'")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [garbage, cut_short, pages_overwritten, header_overwritten, foreign, tables_gone, base_unreadable],
)
def test_damaged_file_is_told_with_its_name_and_the_way_out(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    with Store.open(tmp_path) as store:
        begin(store, a_run())
        set_last_rows(store, URL, ORG, JOB, 31)
        Journal(store, "run-1").intend(a_change())
    damage(tmp_path / FILE_NAME)
    with pytest.raises(StoppedEarly, match="is damaged") as raised, Store.open(tmp_path) as store:
        remember(store, URL, ORG, JOB, DAY)
    assert str(tmp_path / FILE_NAME) in raised.value.message
    assert "Move it away" in raised.value.what_to_do


def test_full_disk_stops_the_run_with_nothing_half_written(store: Store) -> None:
    pages = store.rows("PRAGMA page_count")[0][0]
    store.rows(f"PRAGMA max_page_count = {pages}")
    journal = Journal(store, "run-1")
    with pytest.raises(StoppedEarly, match="disk is full"):
        journal.intend(a_change(value="x" * 50_000))
    assert remember(store, URL, ORG, JOB, DAY).open_changes == ()
    store.rows(f"PRAGMA max_page_count = {pages + 100}")
    assert journal.intend(a_change(value="x" * 50_000)).seq == 1


def test_disk_that_fails_at_any_byte_of_an_intent_stops_the_run_and_the_next_try_works(
    tmp_path: Path, start: Start
) -> None:
    said, errors = start("runs_out_of_disk", tmp_path).communicate()
    assert errors == ""
    refused, seq, message = said.split(" ", 2)
    assert int(refused) > 20
    assert "disk is full or failing" in message
    with Store.open(tmp_path) as store:
        (change,) = remember(store, URL, ORG, JOB, DAY).open_changes
    assert (change.seq, int(seq)) == (1, 1)


def test_second_store_of_one_process_leaves_the_locks_of_the_first(store: Store, start: Start) -> None:
    with store.transaction() as connection:
        connection.execute("INSERT INTO last_rows VALUES ('u', 'o', 'j', 1)")
    Store.open(store.path.parent).close()
    start("opens", store.path.parent).communicate()
    # The last to close a file folds the log into it: had our lock been dropped, the other process were that one.
    assert store.path.with_name(f"{FILE_NAME}-wal").stat().st_size > 0
    assert last_rows(store, "u", "o", "j") == 1


def test_file_kept_busy_by_another_is_told(store: Store) -> None:
    store.rows("PRAGMA busy_timeout = 0")
    with Store.open(store.path.parent) as other, other.transaction():
        with pytest.raises(StoppedEarly, match="kept busy by another process"):
            set_last_rows(store, URL, ORG, JOB, 1)
        assert last_rows(store, URL, ORG, JOB) is None


def test_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(UsageError, match="not a regular file"):
        Store.open(tmp_path)


def test_no_key_is_ever_stored(tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERS_API_KEY", "canary-4b1d")
    child = start("intends", tmp_path)
    assert child.stdout is not None
    child.stdout.readline()
    files = list(tmp_path.iterdir())
    assert {FILE_NAME, f"{FILE_NAME}-wal"} <= {path.name for path in files}
    assert not [path for path in files if b"canary-4b1d" in path.read_bytes()]


def test_file_is_plain_sqlite_without_defects(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        begin(store, a_run())
        Journal(store, "run-1").intend(a_change())
        assert store.rows("PRAGMA integrity_check")[0][0] == "ok"
        assert store.rows("PRAGMA foreign_key_check") == []
