"""Rate limits, on a clock turned by hand."""

import pytest

from layersync.sandbox.answers import ApiError
from layersync.sandbox.limits import TIERS, Budgets, RateClass, Tier, WindowKind
from tests.sandbox.clocks import TurnedClock
from tests.sandbox.server import running_sandbox

SMALL = Tier("small", reads=4, writes=2, writes_per_day=5)


def budgets(time: TurnedClock, kind: WindowKind = "sliding", span: float = 60.0, tier: Tier = SMALL) -> Budgets:
    return Budgets(tier, span, kind, time.clock)


def admitted(budget: Budgets, calls: int, rate_class: RateClass = "read-light", key: str = "key_a") -> int:
    """How many of the calls, made at once, get through."""
    count = 0
    for _ in range(calls):
        try:
            budget.charge(key, rate_class)
        except ApiError:
            continue
        count += 1
    return count


def retry_after(budget: Budgets, rate_class: RateClass = "read-light") -> int:
    with pytest.raises(ApiError) as refusal:
        budget.charge("key_a", rate_class)
    assert (refusal.value.status, refusal.value.code) == (429, "RATE_LIMITED")
    return int(refusal.value.headers["Retry-After"])


@pytest.mark.parametrize(
    ("tier", "reads", "writes", "daily"),
    [("standard", 120, 60, 10_000), ("pilot", 1_200, 600, 100_000), ("partner", 6_000, 3_000, 500_000)],
)
def test_figures_of_the_tiers(tier: str, reads: int, writes: int, daily: int) -> None:
    assert admitted(budgets(TurnedClock(), tier=TIERS[tier]), reads + 5) == reads
    assert admitted(budgets(TurnedClock(), tier=TIERS[tier]), writes + 5, "write-light") == writes
    assert TIERS[tier].writes_per_day == daily


@pytest.mark.parametrize("kind", ["sliding", "fixed", "bucket"])
def test_a_window_admits_its_limit_and_then_refuses(kind: WindowKind) -> None:
    assert admitted(budgets(TurnedClock(), kind), 10) == 4


# Calls made at seconds since the start, and how many of them get through.
@pytest.mark.parametrize(
    ("kind", "bursts"),
    [
        ("sliding", [(0, 2, 2), (30, 4, 2), (59.9, 1, 0), (60, 4, 2), (89.9, 1, 0), (90, 4, 2)]),
        ("fixed", [(50, 4, 4), (59.9, 1, 0), (60, 9, 4), (119.9, 1, 0), (120, 9, 4)]),
        ("bucket", [(0, 9, 4), (14.9, 1, 0), (15, 9, 1), (45, 9, 2), (1000, 9, 4)]),
    ],
)
def test_how_each_window_counts(kind: WindowKind, bursts: list[tuple[float, int, int]]) -> None:
    time = TurnedClock()
    budget = budgets(time, kind)
    for at, calls, expected in bursts:
        time.seconds = at
        assert admitted(budget, calls) == expected, f"at {at}"


@pytest.mark.parametrize("kind", ["sliding", "fixed", "bucket"])
@pytest.mark.parametrize("start", [0.0, 0.3, 17.77])
@pytest.mark.parametrize("span", [60.0, 7.3, 0.9])
def test_who_waits_as_told_is_admitted(kind: WindowKind, start: float, span: float) -> None:
    time = TurnedClock()
    time.seconds = start
    budget = budgets(time, kind, span)
    admitted(budget, 4)
    time.turn(retry_after(budget))
    assert admitted(budget, 1) == 1


@pytest.mark.parametrize("kind", ["sliding", "fixed", "bucket"])
def test_retry_after_is_never_less_than_a_second_nor_than_the_real_wait(kind: WindowKind) -> None:
    time = TurnedClock()
    budget = budgets(time, kind, span=0.5)
    admitted(budget, 4)
    assert retry_after(budget) == 1
    slow = budgets(time, kind, span=2.5)
    admitted(slow, 4)
    expected = {"sliding": 3, "fixed": 3, "bucket": 1}[kind]
    assert retry_after(slow) == expected


def test_a_refused_call_costs_nothing() -> None:
    time = TurnedClock()
    budget = budgets(time)
    admitted(budget, 100)
    time.turn(60)
    assert admitted(budget, 10) == 4


def test_keys_and_classes_have_budgets_of_their_own() -> None:
    budget = budgets(TurnedClock())
    assert admitted(budget, 9) == 4
    assert admitted(budget, 9, "write-light") == 2
    assert admitted(budget, 9, key="key_b") == 4


def test_the_daily_cap_ends_at_midnight_utc() -> None:
    time = TurnedClock("2026-11-21T23:00:00")
    budget = budgets(time, span=1.0)
    for _ in range(3):
        admitted(budget, 2, "write-light")
        time.turn(1)
    assert retry_after(budget, "write-light") == 3600 - 3
    with pytest.raises(ApiError) as refusal:
        budget.charge("key_a", "write-light")
    assert refusal.value.details == {"limit": "daily", "max": 5, "resetsAt": "2026-11-22T00:00:00+00:00"}
    assert admitted(budget, 9) == 4, "reads have no daily cap"
    assert admitted(budget, 2, "write-light", "key_b") == 2, "the cap is the key's"
    time.turn(3600 - 4)
    assert admitted(budget, 1, "write-light") == 0
    time.turn(1)
    assert admitted(budget, 9, "write-light") == 2


def test_headers_tell_the_state_of_the_budget() -> None:
    time = TurnedClock()
    budget = budgets(time)
    admitted(budget, 1)
    time.turn(20.5)
    admitted(budget, 2)
    assert budget.headers("key_a", "read-light") == {
        "X-RateLimit-Limit": "4",
        "X-RateLimit-Remaining": "1",
        "X-RateLimit-Reset": "40",
    }


def test_the_minute_of_a_running_sandbox_is_the_one_it_was_given() -> None:
    with running_sandbox("--minute", "3600", "--daily", "2") as sandbox, sandbox.client() as client:
        reads = [client.get("/v1/whoami") for _ in range(121)]
        writes = [client.patch("/v1/influencers/x", json={}) for _ in range(3)]
        counts = sandbox.state()["requests"]
    assert [response.status_code for response in reads] == [200] * 120 + [429]
    assert 3500 <= int(reads[-1].headers["Retry-After"]) <= 3600
    assert reads[-1].json()["error"]["details"] == {"limit": "minute", "class": "read-light", "max": 120}
    assert [response.status_code for response in writes] == [422, 422, 429]
    assert writes[-1].json()["error"]["details"]["limit"] == "daily"
    assert counts["read-light"] == {"requests": 121, "throttled": 1, "replayed": 0}


def test_headers_of_the_budget_can_be_left_out() -> None:
    with running_sandbox("--no-rate-headers") as sandbox, sandbox.client() as client:
        headers = client.get("/v1/whoami").headers
    assert [name for name in headers if name.startswith("x-ratelimit")] == ["x-ratelimit-endpoint-class"]
