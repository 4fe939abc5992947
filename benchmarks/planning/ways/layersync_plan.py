"""layersync: from the checked sheet and the pages of the listing, as they come from the API, to the plan.

The client with its gates and retries is timed apart (`benchmarks.planning.client`): here the same parser reads each
body, and the same read planner learns it and says what to read next.
"""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.planning.checked import FORM, kept
from benchmarks.planning.data import pages
from layersync.api.excerpts import items_of, page_parser
from layersync.api.wire import Answer
from layersync.plan.asking import ListPage, Page
from layersync.plan.claims import first_claims, next_claims
from layersync.plan.compose import plan_of
from layersync.plan.known import first_known, reading_of
from layersync.plan.reads import learn, next_reads
from layersync.plan.second_looks import second_looks
from layersync.values.desired import Desired
from layersync.values.guards import GuardLimits
from layersync.values.live import Live
from layersync.values.memory import Memory

_JSON = {"content-type": "application/json"}


def prepare(folder: Path) -> Desired:
    """The sheet was checked before."""
    return kept(folder)


def find(folder: Path, desired: Desired) -> set[tuple[str, str]]:
    """Takes the pages in, and plans."""
    plan = plan_of(desired, taken_in(desired, pages(folder)), Memory(), FORM, GuardLimits())
    return {(change.id, edit.field) for change in plan.changes for edit in change.edits}


def taken_in(desired: Desired, bodies: Iterable[bytes]) -> Live:
    """What `api.fetch` does, but for the requests."""
    known = first_known(desired, FORM)
    parse = page_parser(known.shelf.cut)
    for body in bodies:
        [read] = next_reads(known)
        assert isinstance(read, ListPage)
        told = parse(Answer(200, _JSON, body))
        items, cursor = items_of(known.shelf.cut, told["items"]), told["nextCursor"]
        assert items is not None
        known = learn(known, [(read, Page(items, None if cursor is None else str(cursor), 0.0))])
    assert not next_reads(known)
    assert not second_looks(known, desired)
    assert not next_claims(first_claims(known))
    return reading_of(known)
