"""A dry run sends nothing but GET, and changes nothing of what runs remember (must show 2)."""

import asyncio
from contextlib import ExitStack

import pytest

from layersync.api.connect import connect
from layersync.api.retry import Tries
from layersync.api.stop import Stop
from layersync.api.wire import ReadOnly, Request
from layersync.cli.flags import RUN, SHEET
from layersync.cli.ordering import sheet_order
from layersync.run import _session
from layersync.session import Session, budget_for
from tests.end_to_end.place import Place
from tests.end_to_end.traffic import Traffic
from tests.test_sync import Quiet

pytestmark = pytest.mark.generations

ACME = "9cb958b5-11b5-4e30-8675-5d075d52da7c"
HALDEN = "254a4ce1-f4ca-42b1-9e36-17ca45ef3d39"
YOGA = "1f6a0c8e-52d7-4b39-a1e4-0b7c93d85f21"
AVA = "inf_01HXZ9K4T7QW3M8N5B2V6C0DRE"

JOBS = """
[jobs.projects]
source = "projects.csv"
[jobs.influencers]
source = "influencers.csv"
"""


@pytest.fixture
def pending(place: Place, api: Traffic) -> Place:
    """Sheets of which everything would change: by a listed field, a slim one, one that a guard holds, a bad cell."""
    place.configure(api.url, JOBS)
    place.table(
        [
            {"id": ACME, "timezone": "Europe/Berlin", "metadata.a": "1", "status": ""},
            {"id": HALDEN, "timezone": "Europe/Berlin", "metadata.a": "1", "status": "archived"},
            {"id": YOGA, "timezone": "Europe/Berlyn", "metadata.a": "1", "status": ""},
        ]
    )
    place.table([{"influencerId": AVA, "name": "Ava New", "ageRange": "<clear>"}], "influencers.csv")
    return place


READING = [
    ("sync", "-n"),
    ("sync", "--dry-run", "--yes", "--allow", "archive=1"),
    ("sync", "-n", "--key", ACME, "--only-fields", "timezone", "projects"),
    ("sync", "-n", "--format", "json"),
    ("plan", "--stat"),
    ("plan", "--out", "saved.json"),
    ("whoami",),
]
OFFLINE = [("check",), ("check", "--format", "json"), ("columns", "projects"), ("columns", "influencers"), ("--help",)]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_that_looks_sends_only_get(pending: Place, api: Traffic, words: tuple[str, ...]) -> None:
    before = api.records("projects"), api.records("influencers")
    ran = pending.call(*words)
    assert ran.code in {0, 3, 5}
    assert set(api.methods()) == {"GET"}
    assert (api.records("projects"), api.records("influencers")) == before


def test_a_preview_in_a_process_of_its_own_sends_only_get(pending: Place, api: Traffic) -> None:
    ran = pending.run("sync", "-n")
    assert (ran.code, ran.counts) == (5, {"would_change": 3, "invalid": 1})
    assert set(api.methods()) == {"GET"}


@pytest.mark.parametrize("words", OFFLINE, ids=" ".join)
def test_a_command_that_works_offline_sends_nothing(pending: Place, api: Traffic, words: tuple[str, ...]) -> None:
    pending.call(*words)
    assert api.requests() == []


def test_a_dry_run_of_sheets_that_cannot_be_used_sends_nothing(pending: Place, api: Traffic) -> None:
    pending.sheet("name\nAcme\n")
    pending.sheet("", "influencers.csv")
    assert pending.call("sync", "-n").code == 4
    assert api.requests() == []


@pytest.mark.every_generation
def test_a_dry_run_changes_nothing_that_runs_remember(pending: Place, api: Traffic) -> None:
    pending.call("sync")
    before = remembered(pending)
    pending.table([{"id": ACME, "timezone": "Asia/Tokyo"}])
    preview = pending.call("sync", "-n").folder.name
    assert remembered(pending, but=preview) == before


def remembered(place: Place, but: str = "") -> dict[str, list[tuple[object, ...]]]:
    """What the state file holds, but for the shared budget, of which the reads of a dry run have their part.

    Nor for what `layersync runs` is to tell of one run.
    """
    tables = {table: rows for table, rows in place.remembered().items() if table != "lots"}
    return {table: [row for row in rows if row[0] != but] for table, rows in tables.items()}


def test_a_session_for_a_dry_run_holds_a_transport_that_refuses_patch(pending: Place, api: Traffic) -> None:
    with ExitStack() as parts, pytest.MonkeyPatch.context() as patch:
        session = a_session(pending, parts, patch, dry_run=True)
        assert isinstance(session.transport, ReadOnly)
        with pytest.raises(PermissionError, match="PATCH"):
            asyncio.run(send_patch(session))
    assert set(api.methods()) == {"GET"}


def test_a_session_for_a_real_run_can_send_patch(pending: Place, api: Traffic) -> None:
    """Without this, the test above would pass for a session that can send nothing at all."""
    with ExitStack() as parts, pytest.MonkeyPatch.context() as patch:
        asyncio.run(send_patch(a_session(pending, parts, patch, dry_run=False)))
    assert api.methods()["PATCH"] == 1


def a_session(place: Place, parts: ExitStack, patch: pytest.MonkeyPatch, *, dry_run: bool) -> Session:
    """The very session that `sync` is given for this order."""
    patch.chdir(place.folder)
    patch.setenv("LAYERS_API_KEY", place.environ["LAYERS_API_KEY"])
    order = sheet_order("sync", (), SHEET, RUN, lambda _: None, dry_run=dry_run, yes=True)
    return _session(order, Quiet(), Stop(), parts)


async def send_patch(session: Session) -> None:
    """Sends a PATCH the way `carry_out` does: through the writing client of the link."""
    limits = session.order.settings.limits
    link = await connect(
        session.transport,
        session.base_url,
        "label",
        budget_for(limits),
        clock=session.clock,
        stop=session.stop,
        rng=session.rng,
        max_attempts=1,
    )

    async def request() -> Request:
        return Request(method="PATCH", path=f"/v1/projects/{ACME}", body=b'{"tagline":"x"}')

    try:
        await link.writer().patch(request, Tries())
    finally:
        await session.transport.close()
