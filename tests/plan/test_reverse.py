"""The plan that undoes a run: what it puts back, what it leaves alone, and what it says of both."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.put_back import edits_back
from layersync.plan.reverse import reverse_plan
from layersync.plan.wanted import wanted_of
from layersync.resources.resource import Resource
from layersync.values.cell import same
from layersync.values.change import Change
from layersync.values.guards import GuardLimits, Limit
from layersync.values.leaves import leaves
from layersync.values.live import Holder
from layersync.values.memory import Memory
from layersync.values.plan import Plan
from layersync.values.sent import Sent
from tests.plan.build import INFLUENCERS, PROJECTS, WIDE, an_id, desired, influencer, plan, project, reading
from tests.plan.server_model import patched
from tests.plan.test_convergence import OBJECT, applied, worlds

RUN = "20261121T020003Z-7f3a"
HOLD_NOTHING_BUT = GuardLimits(max_changes=Limit(count=0), max_shrink=Limit(count=0), archive=9, clears=9, research=9)


def sent(
    number: int, body: Mapping[str, object], before: Mapping[str, object] | None, form: Resource = PROJECTS
) -> Sent:
    prefix = "" if form is PROJECTS else "inf_"
    return Sent(
        row=number + 2,
        resource=form.name,
        key=f"key {number}",
        id=f"{prefix}{an_id(number)}",
        name=f"Then {number}",
        body=body,
        before=before,
    )


def reverse(
    changes: Sequence[Sent],
    live: Sequence[Mapping[str, object]],
    form: Resource = PROJECTS,
    limits: GuardLimits = WIDE,
    memory: Memory | None = None,
    holders: tuple[Holder, ...] = (),
) -> Plan:
    wanted = wanted_of(f"run {RUN}", "job", changes, form)
    found = replace(reading(form, live), holders=holders).live(wanted, form)
    return reverse_plan(RUN, changes, wanted, found, memory or Memory(), form, limits)


def states(made: Plan) -> list[tuple[int, str]]:
    return list(made.rows.select("row", "state").iter_rows())


def message(made: Plan, row: int) -> str:
    return dict(made.rows.select("row", "message").iter_rows())[row]


def test_what_the_run_replaced_is_put_back_and_nothing_else() -> None:
    made = reverse(
        [sent(0, {"tagline": "ours", "timezone": "UTC"}, {"tagline": "theirs", "timezone": "Asia/Tokyo"})],
        [project(0, tagline="ours", timezone="UTC", appName="since")],
    )
    (change,) = made.changes
    assert change.patch == {"tagline": "theirs", "timezone": "Asia/Tokyo"}
    assert change.base == {"tagline": "ours", "timezone": "UTC"}
    assert (change.row, change.key, change.id, change.name) == (2, "key 0", an_id(0), "Project 0")
    assert (made.undoes, made.source, made.partial) == (RUN, f"run {RUN}", True)
    assert "takes effect on the next scheduler tick" in change.side_effects


@pytest.mark.parametrize(
    ("live", "state", "told"),
    [
        ({"tagline": "theirs"}, "unchanged", "is as it was before the run"),
        ({"tagline": "since"}, "conflict", "tagline was theirs, the run made it ours, is now since"),
        ({"tagline": None}, "conflict", "is now empty"),
    ],
)
def test_a_record_that_was_changed_since_is_left_alone_and_told(live: dict[str, object], state: str, told: str) -> None:
    made = reverse([sent(0, {"tagline": "ours"}, {"tagline": "theirs"})], [project(0, **live)])
    assert (states(made), made.changes) == ([(2, state)], ())
    assert told in message(made, 2)


def test_one_field_that_was_changed_since_is_enough_to_leave_the_record_alone() -> None:
    was, ours = {"tagline": "a", "appName": "b"}, {"tagline": "A", "appName": "B"}
    made = reverse([sent(0, ours, was), sent(1, ours, was)], [project(0, tagline="A", appName="c"), project(1, **ours)])
    assert states(made) == [(2, "conflict"), (3, "change")]


def test_a_record_that_is_gone_is_told() -> None:
    assert states(reverse([sent(0, {"tagline": "a"}, {"tagline": "b"})], [])) == [(2, "not_found")]


def test_a_change_whose_values_before_were_not_kept_is_held() -> None:
    made = reverse([sent(0, {"tagline": "a"}, None)], [project(0, tagline="a")])
    assert states(made) == [(2, "held")]
    assert "earlier version" in message(made, 2)


def test_null_where_the_api_takes_none_is_marked_and_the_rest_is_put_back() -> None:
    ours = {"tagline": "ours", "appName": "ours"}
    made = reverse(
        [sent(0, ours, {"tagline": None, "appName": None}), sent(1, {"tagline": "ours"}, {"tagline": None})],
        [project(0, **ours), project(1, tagline="ours")],
    )
    assert states(made) == [(2, "change"), (3, "held")]
    assert made.changes[0].patch == {"appName": None}
    (problem,) = made.problems
    assert (problem.row, problem.severity) == (2, "warning")
    for told in (problem.message, message(made, 3)):
        assert "tagline had no value before, and the API does not take null there" in told


def test_null_is_judged_by_the_record_s_own_generation() -> None:
    narrow = {
        "influencerId": f"inf_{an_id(0)}",
        "name": "P",
        "gender": "female",
        "brandVoice": "warm",
        "language": "en",
    }
    change = sent(0, {"gender": "female"}, {"gender": None}, INFLUENCERS)
    assert states(reverse([change], [narrow], INFLUENCERS)) == [(2, "held")]
    assert states(reverse([change], [influencer(0, gender="female", vibe="x")], INFLUENCERS)) == [(2, "change")]


@pytest.mark.parametrize(
    ("ours", "was", "told"),
    [
        ({"appDescription": "new"}, {"appDescription": "old"}, "the hashtag bank that was replaced does not come back"),
        ({"status": "archived"}, {"status": "active"}, "posts that were cancelled do not come back"),
    ],
)
def test_what_the_run_set_going_and_cannot_be_taken_back_stands_with_the_change(
    ours: dict[str, object], was: dict[str, object], told: str
) -> None:
    (change,) = reverse([sent(0, ours, was)], [project(0, **ours)]).changes
    assert f"not undone: {told}" in change.edits[0].note


def test_undoing_an_archival_and_undoing_its_undoing_are_guarded_like_any_plan_but_not_for_their_number() -> None:
    back = [sent(n, {"status": "active"}, {"status": "archived"}) for n in range(3)]
    made = reverse(back, [project(n, status="active") for n in range(3)], limits=HOLD_NOTHING_BUT)
    assert made.holds == ()
    held = reverse(back, [project(n, status="active") for n in range(3)], limits=replace(WIDE, archive=2))
    assert [(hold.guard, hold.counted) for hold in held.holds] == [("archive", 3)]


METADATA = [
    ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("metadata.b", 3, 2)]),
    ({"a": {"x": 1}}, {"a": {"x": 2, "y": 3}}, [("metadata.a.x", 2, 1), ("metadata.a.y", 3, None)]),
    ({"c": "x"}, {}, [("metadata.c", None, "x")]),
    (None, {"a": {"x": 1}}, [("metadata.a", {"x": 1}, None)]),
    ({"a": None}, {"a": 1}, [("metadata", {"a": 1}, {"a": None})]),
    ({"a.b": 1}, {"a.b": 2}, [("metadata", {"a.b": 2}, {"a.b": 1})]),
    ({"a": [1]}, {"a": [1, 2]}, [("metadata.a", [1, 2], [1])]),
    ({"a": {"x": None}, "b": 1}, {"a": {}, "b": 2}, [("metadata.a", {}, {"x": None}), ("metadata.b", 2, 1)]),
]


@pytest.mark.parametrize(("was", "ours", "expected"), METADATA)
def test_metadata_is_put_back_path_by_path(
    was: object, ours: object, expected: list[tuple[str, object, object]]
) -> None:
    made = edits_back(sent(0, {"metadata": ours}, {"metadata": was}), PROJECTS)
    assert [(edit.path, edit.before, edit.after) for edit in made] == expected


def test_what_somebody_wrote_beside_the_run_s_keys_stays() -> None:
    made = reverse(
        [
            sent(0, {"metadata": {"a": 2, "b": 1}}, {"metadata": {"a": 1}}),
        ],
        [project(0, metadata={"a": 2, "b": 1, "theirs": True, "partner": {"id": 7}})],
    )
    assert made.changes[0].patch == {"metadata": {"a": 1, "theirs": True, "partner": {"id": 7}}}


def test_only_the_keys_of_a_personality_that_were_sent_are_put_back() -> None:
    made = reverse(
        [sent(0, {"personality": {"humor": "dry", "tone": "warm"}}, {"personality": {"humor": "wry"}}, INFLUENCERS)],
        [influencer(0, personality={"humor": "dry", "tone": "warm", "traits": ["since"]})],
        INFLUENCERS,
    )
    assert made.changes[0].patch == {"personality": {"humor": "wry", "tone": None}}


def test_a_chain_of_unique_values_goes_back_in_the_order_in_which_values_become_free() -> None:
    chain = [sent(n, {"customerExternalId": f"c{n + 1}"}, {"customerExternalId": f"c{n}"}) for n in range(4)]
    made = reverse(chain, [project(n, customerExternalId=f"c{n + 1}") for n in range(4)])
    assert [change.row for change in made.changes] == [2, 3, 4, 5]
    assert [change.after for change in made.changes] == [(), (2,), (3,), (4,)]


def test_a_value_that_somebody_took_since_is_named_and_those_behind_it_wait() -> None:
    chain = [sent(n, {"customerExternalId": f"c{n + 1}"}, {"customerExternalId": f"c{n}"}) for n in range(3)]
    live = [project(n, customerExternalId=f"c{n + 1}") for n in range(3)]
    thief = Holder(field="customerExternalId", value="c0", id=an_id(9), name="Thief")
    made = reverse(chain, live, holders=(thief,))
    assert states(made) == [(2, "held"), (3, "held"), (4, "held")]
    assert '"Thief"' in message(made, 2)
    assert "row 2 does not give its value up" in message(made, 3)


def test_a_row_that_is_left_alone_keeps_its_value_from_the_one_that_had_it() -> None:
    changes = [
        sent(0, {"customerExternalId": "c1", "tagline": "ours"}, {"customerExternalId": "c0", "tagline": "old"}),
        sent(1, {"customerExternalId": "c2"}, {"customerExternalId": "c1"}),
    ]
    made = reverse(changes, [project(0, customerExternalId="c1", tagline="since"), project(1, customerExternalId="c2")])
    assert states(made) == [(2, "conflict"), (3, "held")]
    assert "has this customerExternalId now" in message(made, 3)


def test_a_run_that_sent_nothing_comes_to_an_empty_plan() -> None:
    assert reverse([], []).changes == ()


UNDONE = {"tagline": "ours"}


@pytest.mark.parametrize(
    ("cells", "live", "undone", "held"),
    [
        ({"tagline": "ours"}, {"tagline": "old"}, UNDONE, True),
        ({"tagline": "other"}, {"tagline": "old"}, UNDONE, False),
        ({"tagline": "ours", "appName": "x"}, {"tagline": "ours"}, UNDONE, False),
        ({"metadata.a": "x"}, {"metadata": {}}, {"metadata.a": "x"}, True),
        ({"metadata": {"a": "x", "b": 1}}, {"metadata": {"b": 1}}, {"metadata.a": "x"}, True),
        ({"metadata": {"a": {"k": 1}}}, {"metadata": {}}, {"metadata.a.k": 1}, True),
        ({"metadata": {}}, {"metadata": {"a": 1}}, {"metadata.a": None}, True),
        ({"metadata": {"a": "y"}}, {"metadata": {}}, {"metadata.a": "x"}, False),
    ],
)
def test_a_cell_that_still_states_what_was_undone_is_held_until_it_is_allowed(
    cells: dict[str, object], live: dict[str, object], undone: dict[str, object], held: bool
) -> None:
    sheet, found = desired(PROJECTS, [{"id": an_id(0), **cells}]), reading(PROJECTS, [project(0, **live)])
    memory = Memory(undone={an_id(0): undone})
    made = plan(sheet, found, PROJECTS, memory=memory)
    assert [(hold.guard, hold.counted, hold.rows) for hold in made.holds] == (
        [("undone", 1, frozenset({2}))] if held else []
    )
    if held:
        assert made.holds[0].override == "--allow projects.undone=1"
    allowed = replace(WIDE, allowed=((made.holds[0].guard, 1),)) if held else WIDE
    assert plan(sheet, found, PROJECTS, allowed, memory).holds == ()


def sent_of(changes: Sequence[Change], live: Sequence[Mapping[str, object]], form: Resource) -> list[Sent]:
    """What the journal keeps of changes that were carried out on these records."""
    known = {str(one[form.id_field]): form.completed(one) for one in live}
    return [
        Sent(
            row=one.row,
            resource=form.name,
            key=one.key,
            id=one.id,
            name=one.name,
            body=copy.deepcopy(dict(one.patch)),
            before={name: known[one.id].get(name) for name in one.patch},
        )
        for one in changes
    ]


@given(worlds())
def test_sync_and_undo_leave_every_managed_field_as_it_was_and_the_next_sync_would_be_held(world) -> None:
    form, rows, live = world
    sheet = desired(form, rows)
    made = plan(sheet, reading(form, live), form)
    after = applied(made.changes, copy.deepcopy(live), form)
    back = reverse(sent_of(made.changes, live, form), after, form)
    now = applied(back.changes, copy.deepcopy(after), form)

    told = {problem.row for problem in back.problems} | {row for row, state in states(back) if state == "held"}
    for number, (before, undone) in enumerate(zip(live, now, strict=True)):
        for field in form.fields:
            was, value = (form.completed(one).get(field.name) for one in (before, undone))
            empty = was is None and (value == {} or (number + 2 in told and not field.nullable))
            assert empty or _alike(was, value, form, field.name), field.name

    # once more, there is nothing left to do; and undoing it leads back
    assert reverse(sent_of(made.changes, live, form), now, form).changes == ()
    again = reverse(sent_of(back.changes, after, form), now, form)
    assert again.changes or not back.changes or {state for _, state in states(again)} <= {"held", "unchanged"}
    next_night = plan(sheet, reading(form, now), form, memory=Memory(undone=undone_by(back)))
    held = frozenset().union(*(hold.rows or () for hold in next_night.holds if hold.guard == "undone"))
    assert {change.row for change in next_night.changes} & {change.row for change in back.changes} <= held


def undone_by(back: Plan) -> dict[str, dict[str, object]]:
    """What the state file remembers of a reverse plan that was carried out."""
    return {
        an_id(change.row - 2): {
            path: value for edit in change.edits for path, value in leaves(edit.path, edit.after, edit.before)
        }
        for change in back.changes
    }


def _alike(was: object, value: object, form: Resource, name: str) -> bool:
    if name == "personality" and isinstance(was, dict) and isinstance(value, dict):
        shown = ({key: item for key, item in one.items() if item is not None} for one in (was, value))
        return same(*shown)
    return same(was, value)


@given(st.data())
def test_putting_back_an_object_is_exact(data: st.DataObject) -> None:
    was, ours = data.draw(OBJECT), data.draw(OBJECT)
    made = reverse([sent(0, {"metadata": ours}, {"metadata": was})], [project(0, metadata=ours)])
    now = project(0, metadata=ours)
    for change in made.changes:
        now = patched(now, change.patch)
    assert same(now["metadata"], was)
