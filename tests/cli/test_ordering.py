"""From flags to an order."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from layersync.cli.flags import RUN, SHEET, CourseFlags, RunFlags, SheetFlags, TargetFlags
from layersync.cli.ordering import next_occurrence, sheet_order
from layersync.errors import UsageError
from layersync.order import Order
from layersync.settings.allow import Allowance
from layersync.values.guards import Guard


def order(
    *names: str, sheet: SheetFlags = SHEET, flags: RunFlags = RUN, dry_run: bool = True, yes: bool = False
) -> Order:
    return sheet_order("sync", names, sheet, flags, pytest.fail, dry_run=dry_run, yes=yes)


def test_every_flag_reaches_the_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERS_API_KEY", "lp_0123456789abcdef")
    made = order(
        sheet=SheetFlags(source=("projects=other.csv",), key=("a", "b"), only_fields="name, tagline"),
        flags=RunFlags(
            target=TargetFlags(base_url="http://127.0.0.1:9/"),
            course=CourseFlags(
                allow=("projects.archive=3", "clears=2"), max_duration="2h", wait="20m", report_dir="told"
            ),
        ),
    )
    assert made.sources == {"projects": str(folder / "other.csv")}
    assert (made.only_keys, made.only_fields) == (("a", "b"), ("name", "tagline"))
    assert made.allow == (Allowance("projects", Guard.ARCHIVE, 3), Allowance(None, Guard.CLEARS, 2))
    assert (made.max_duration_s, made.wait_s) == (7200, 1200)
    assert made.settings.api.base_url == "http://127.0.0.1:9"
    assert made.settings.run.report_dir == folder / "told"
    assert made.key is not None
    assert made.key.origin == "LAYERS_API_KEY"


def test_the_sandbox_gets_no_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERS_API_KEY", "lp_0123456789abcdef")
    assert order().key is None


@pytest.mark.parametrize(
    ("stdin", "stderr", "dry_run", "yes", "ask"),
    [
        (True, True, False, False, True),
        (True, True, False, True, False),
        (True, True, True, False, False),
        (False, True, False, False, False),
        (True, False, False, False, False),
        (False, False, False, False, False),
    ],
)
def test_a_person_is_asked_where_one_sits_at_stdin_and_stderr(
    stdin: bool, stderr: bool, dry_run: bool, yes: bool, ask: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: stdin, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: stderr, raising=False)
    assert order(dry_run=dry_run, yes=yes).ask is ask


@pytest.mark.parametrize(
    ("stderr", "dry_run", "yes", "refused"),
    [(True, False, False, True), (True, False, True, False), (True, True, False, False), (False, False, False, False)],
)
def test_a_sheet_from_stdin_needs_yes_where_a_person_looks_on(
    stderr: bool, dry_run: bool, yes: bool, refused: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: stderr, raising=False)
    sheet = SheetFlags(source=("projects=-",))
    if not refused:
        assert order(sheet=sheet, dry_run=dry_run, yes=yes).sources == {"projects": "-"}
        return
    with pytest.raises(UsageError) as error:
        order(sheet=sheet, dry_run=dry_run, yes=yes)
    assert "--yes" in error.value.what_to_do


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("now", "text", "then"),
    [
        ("2026-11-21T02:00:00+01:00", "05:30", "2026-11-21T05:30:00+01:00"),
        ("2026-11-21T05:30:00+01:00", "05:30", "2026-11-22T05:30:00+01:00"),
        ("2026-11-21T23:59:59+01:00", "0:00", "2026-11-22T00:00:00+01:00"),
        ("2026-03-28T12:00:00+01:00", "05:30", "2026-03-29T05:30:00+02:00"),
        ("2026-10-24T12:00:00+02:00", "05:30", "2026-10-25T05:30:00+01:00"),
    ],
)
def test_a_deadline_is_the_next_time_the_local_clock_shows_it(now: str, text: str, then: str, berlin: None) -> None:
    assert next_occurrence(text, datetime.fromisoformat(now)) == datetime.fromisoformat(then)


@pytest.mark.parametrize("text", ["", "5", "24:00", "05:60", "5:3", "05:30:00", "noon", "٠٥:٣٠"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        next_occurrence(text, datetime.fromisoformat("2026-11-21T02:00:00+01:00"))
