"""Right before a PATCH: unchanged is sent, as desired has converged, moved is a conflict."""

import pytest

from layersync.plan.recheck import Verdict, must_be_fresh, recheck
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, plan, project, reading


def change_of(cells: dict[str, object], **live: object):
    made = plan(desired(PROJECTS, [{"id": an_id(1), **cells}]), reading(PROJECTS, [project(1, **live)]), PROJECTS)
    return made.changes[0]


def test_an_untouched_record_is_sent_what_was_planned() -> None:
    change = change_of({"tagline": "new"}, tagline="old")
    looked = recheck(change, project(1, tagline="old", name="Somebody renamed it"), PROJECTS)
    assert looked.verdict is Verdict.SEND
    assert looked.change.patch == {"tagline": "new"}


def test_a_record_that_is_as_desired_by_now_has_converged() -> None:
    looked = recheck(change_of({"tagline": "new"}, tagline="old"), project(1, tagline="new"), PROJECTS)
    assert looked.verdict is Verdict.CONVERGED


def test_a_record_that_moved_elsewhere_is_a_conflict_with_all_three_values() -> None:
    looked = recheck(change_of({"tagline": "new"}, tagline="old"), project(1, tagline="theirs"), PROJECTS)
    assert looked.verdict is Verdict.MOVED
    assert [(edit.before, value, edit.after) for edit, value in looked.moved] == [("old", "theirs", "new")]


def test_what_somebody_made_true_already_is_not_sent_again() -> None:
    change = change_of({"tagline": "new", "name": "Newer"}, tagline="old", name="Older")
    looked = recheck(change, project(1, tagline="new", name="Older"), PROJECTS)
    assert looked.verdict is Verdict.SEND
    assert looked.change.patch == {"name": "Newer"}


def test_metadata_is_rebuilt_on_the_fresh_object_so_that_foreign_keys_survive() -> None:
    change = change_of({"metadata.crm": "2"}, metadata={"crm": "1"})
    looked = recheck(change, project(1, metadata={"crm": "1", "added": True}), PROJECTS)
    assert looked.verdict is Verdict.SEND
    assert looked.change.patch == {"metadata": {"crm": "2", "added": True}}


@pytest.mark.parametrize(
    ("cells", "due"),
    [
        ({"vibe": "calm"}, False),
        ({"personality.tone": "warm"}, False),
        ({"personality": {"new": {"a": 1}}}, False),
        ({"personality.new.a": "2"}, True),
    ],
)
def test_a_record_is_read_again_where_a_part_of_what_stands_at_a_key_is_stated(
    cells: dict[str, object], due: bool
) -> None:
    """The key is sent as a whole: what somebody changed beside that part a second ago would be undone."""
    live = influencer(1, personality={"new": {"a": "1", "b": "theirs"}})
    made = plan(desired(INFLUENCERS, [{"influencerId": an_id(1), **cells}]), reading(INFLUENCERS, [live]), INFLUENCERS)
    (change,) = made.changes
    assert must_be_fresh(change, 0.0, INFLUENCERS) is due
    if due:
        now = influencer(1, personality={"new": {"a": "1", "b": "newer"}})
        assert recheck(change, now, INFLUENCERS).change.patch == {"personality": {"new": {"a": "2", "b": "newer"}}}
