"""The read planners: how many requests they take, counted against a model of the listing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.plan.fields import whole
from layersync.values.desired import Role
from tests.plan.api_model import Server, read_all
from tests.plan.build import INFLUENCERS, PROJECTS, an_id, desired, influencer, project

NOW = datetime(2026, 4, 18, tzinfo=UTC)


def test_2000_projects_with_listed_columns_alone_take_ten_pages() -> None:
    server = Server(PROJECTS, [project(number) for number in range(2000)])
    read = read_all(desired(PROJECTS, [{"id": an_id(number), "timezone": "UTC"} for number in range(2000)]), server)
    assert (server.requests, len(read.records), read.complete) == (10, 2000, True)


def test_fifty_rows_of_a_large_organisation_are_asked_for_one_by_one(large: list[dict[str, object]]) -> None:
    server = Server(PROJECTS, large)
    rows = [{"id": an_id(number * 399), "tagline": "x"} for number in range(50)]
    read = read_all(desired(PROJECTS, rows), server)
    assert (server.requests, len(read.records)) == (50, 50)


def test_a_row_absent_from_a_complete_listing_is_asked_once_before_it_is_not_found() -> None:
    server = Server(PROJECTS, [project(number) for number in range(300)])
    rows = [{"id": an_id(number), "timezone": "UTC"} for number in [*range(290), 999]]
    read = read_all(desired(PROJECTS, rows), server)
    assert (server.requests, read.missing) == (3, {an_id(999)})


def test_full_columns_cost_one_read_a_row_and_rows_without_them_none_beyond_the_listing() -> None:
    server = Server(PROJECTS, [project(number) for number in range(150)])
    rows = [{"id": an_id(n), "timezone": "UTC", "tagline": "x" if n < 5 else None} for n in range(150)]
    read_all(desired(PROJECTS, rows), server)
    assert server.requests == 1 + 5


def test_records_matched_by_another_key_are_found_in_the_listing_or_looked_up() -> None:
    server = Server(PROJECTS, [project(number, customerExternalId=f"c{number}") for number in range(400)])
    many = [{"customerExternalId": f"c{number}", "timezone": "UTC"} for number in range(400)]
    read = read_all(desired(PROJECTS, many, key="customerExternalId"), server)
    assert (server.requests, len(read.records)) == (2, 400)

    server.requests = 0
    read = read_all(desired(PROJECTS, [{"customerExternalId": "c7", "tagline": "x"}], key="customerExternalId"), server)
    assert (server.requests, read.records["_id"].to_list()) == (2, [an_id(7)])


def test_a_record_that_is_left_out_takes_no_cell_of_another_with_it() -> None:
    keys = ["a", "same", "same", "b", "c"]
    records = [project(n, customerExternalId=key, timezone=f"t{n}") for n, key in enumerate(keys)]
    stated = [{"customerExternalId": key, "timezone": "t3"} for key in ("c", "b", "same", "a")]
    read = read_all(desired(PROJECTS, stated, key="customerExternalId"), Server(PROJECTS, records))
    assert dict(whole(read).select("_key", "timezone").iter_rows()) == {"a": "t0", "b": "t3", "c": "t4"}


def test_8_08_a_key_that_two_records_share_is_ambiguous_and_none_is_picked() -> None:
    server = Server(PROJECTS, [project(1, customerExternalId="same"), project(2, customerExternalId="same")])
    read = read_all(
        desired(PROJECTS, [{"customerExternalId": "same", "timezone": "UTC"}], key="customerExternalId"), server
    )
    assert (read.ambiguous, len(read.records)) == ({"same"}, 0)


def test_influencers_are_listed_under_their_projects_where_the_sheet_names_them() -> None:
    people = [influencer(number, projectId=an_id(7000 + number % 2), gender="male") for number in range(120)]
    server = Server(INFLUENCERS, people)
    rows = [{"influencerId": f"inf_{an_id(n)}", "projectId": an_id(7000 + n % 2), "gender": "male"} for n in range(120)]
    sheet = desired(INFLUENCERS, rows, roles={"projectId": Role.IDENTITY})
    read = read_all(sheet, server)
    assert (server.requests, len(read.records)) == (2, 120)
    assert whole(read)["projectId"].null_count() == 0


def test_a_wrong_sheet_is_noticed_after_a_few_probes() -> None:
    server = Server(PROJECTS, [project(number) for number in range(50)])
    read = read_all(desired(PROJECTS, [{"id": an_id(5000 + n), "tagline": "x"} for n in range(3000)]), server)
    assert server.requests == 30
    assert len(read.missing) == 30


@pytest.mark.parametrize("dated", [False, True])
@given(
    organisation=st.integers(0, 900),
    rows=st.lists(st.integers(0, 1200), unique=True, min_size=1, max_size=400),
    full=st.sets(st.integers(0, 1200), max_size=400),
)
def test_reads_are_never_more_than_twice_the_fewest_and_a_page(
    organisation: int, rows: list[int], full: set[int], dated: bool
) -> None:
    """Also where records say when they were made, one about as long after the other."""
    server = Server(PROJECTS, [made(n) if dated else project(n) for n in range(organisation)])
    sheet = desired(
        PROJECTS, [{"id": an_id(n), "timezone": "UTC", "tagline": "x" if n in full else None} for n in rows]
    )
    read = read_all(sheet, server)
    assert server.requests <= 2 * fewest(organisation, rows, full) + 1
    found = set(read.records["_key"].to_list())
    assert found | read.missing <= {an_id(n) for n in rows}
    assert {an_id(n) for n in rows if n < organisation} <= found or not found


def fewest(organisation: int, rows: list[int], full: set[int]) -> int:
    """The better of two ways: the whole listing, or one by one."""
    slim = [n for n in rows if n not in full]
    pages = max(1, -(-organisation // 200))
    absent = sum(n >= organisation for n in slim)
    return len(rows) - len(slim) + min(len(slim), pages + absent)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(range(0, 20_000, 400), id="spread"),
        pytest.param(range(50), id="the newest"),
        pytest.param(range(19_950, 20_000), id="the oldest"),
        pytest.param([n * 7919 % 20_000 for n in range(50)], id="in no order"),
        pytest.param(range(300, 350), id="near the beginning"),
    ],
)
def test_fifty_rows_that_a_listing_could_answer_take_a_read_each_and_a_page(
    large: list[dict[str, object]], rows: Sequence[int]
) -> None:
    server = Server(PROJECTS, large)
    read = read_all(desired(PROJECTS, [{"id": an_id(n), "timezone": "UTC"} for n in rows]), server)
    assert server.requests <= 51
    assert len(read.records) == 50


@pytest.mark.parametrize("size", [400, 1_000, 2_000, 4_000])
def test_the_oldest_of_a_middling_organisation_are_listed_for(large: list[dict[str, object]], size: int) -> None:
    server = Server(PROJECTS, large[:size])
    rows = [{"id": an_id(n), "timezone": "UTC"} for n in range(size - 50, size)]
    assert len(read_all(desired(PROJECTS, rows), server).records) == 50
    assert server.requests <= 2 * (size // 200) + 1


@pytest.fixture(scope="module")
def large() -> list[dict[str, object]]:
    return [made(number) for number in range(20_000)]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.booleans()), min_size=1, max_size=900), st.booleans())
def test_odd_dates_make_nothing_dearer_than_twice_one_by_one(ages: list[tuple[int, bool]], nonsense: bool) -> None:
    """What dates tell is an estimate; where it is wrong, no more than the rows of a page are asked for in vain."""
    times = sorted(age for age, _ in ages)
    live = [made(number, "soon" if nonsense and number % 7 == 0 else age_s) for number, age_s in enumerate(times)]
    rows = [number for number, (_, named) in enumerate(ages) if named] or [0]
    server = Server(PROJECTS, live)
    read = read_all(desired(PROJECTS, [{"id": an_id(n), "timezone": "UTC"} for n in rows]), server)
    assert len(read.records) == len(rows)
    assert server.requests <= (2 * fewest(len(live), rows, set()) + 1 if len(rows) > 200 else 2 * len(rows) + 1)


def made(number: int, age_s: float | str | None = None) -> dict[str, object]:
    """A project that was made so long ago; without an age, they follow each other at about the same distance."""
    age_s = 60.0 * number + number % 7 if age_s is None else age_s
    return project(number, createdAt=age_s if isinstance(age_s, str) else (NOW - timedelta(seconds=age_s)).isoformat())


@pytest.mark.parametrize("asked", [0, 1])
def test_a_blank_sheet_of_rows_still_learns_whether_they_exist(asked: int) -> None:
    server = Server(PROJECTS, [project(0)])
    read = read_all(desired(PROJECTS, [{"id": an_id(asked)}]), server)
    assert len(read.records) == 1 - asked
