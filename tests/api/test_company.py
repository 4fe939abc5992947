"""What a run took before it knew of others is left to them afterwards: how long it rests for that."""

import pytest

from layersync.api.company import Company
from layersync.api.rate_headers import Said
from layersync.api.window import Window

WHOLE, LIMIT, WINDOW_S = 600, 540, 60.0


def sent(count: int, at: float = 0.0) -> Window:
    own = Window(WINDOW_S)
    for _ in range(count):
        own.left()
        own.counted(at)
    return own


def even_at(ours: int, asked_s: float, *, more: int = 0, sharers: int = 1) -> float | None:
    """By two refusals after requests that were sent at 0, with `more` between them."""
    company, own = Company(WINDOW_S), sent(ours)
    company.refused(WHOLE, ours, own, asked_s, 10.0, sharers)
    company.sent(more + 3)
    company.sent(-3)
    return company.refused(WHOLE, ours, own, asked_s, 10.0, sharers)


def test_what_was_sent_before_is_left_to_them_afterwards() -> None:
    assert even_at(450, 24.0) == pytest.approx(450 * WINDOW_S / 350)
    assert even_at(450, 24.0, more=10) == pytest.approx(460 * WINDOW_S / 350)


def test_two_processes_have_half_of_the_rest_each() -> None:
    assert even_at(100, 30.0, sharers=2) == pytest.approx(100 * WINDOW_S / 150)


def test_nobody_rests_for_more_than_two_windows() -> None:
    assert even_at(540, 48.0, more=1_000) == 10.0 + 2 * WINDOW_S


def test_where_nobody_shows_nobody_rests() -> None:
    assert even_at(540, 1.0) is None
    assert Company(WINDOW_S).rest_s(LIMIT, sent(LIMIT), 10.0) == 0.0


def test_what_was_sent_three_windows_ago_is_forgotten() -> None:
    company = Company(WINDOW_S)
    company.refused(WHOLE, 540, sent(540), 48.0, 10.0, 1)
    company.sent(10_000)
    assert company.refused(WHOLE, 300, sent(300, 250.0), 10.0, 290.0, 1) == pytest.approx(250.0 + WINDOW_S)


def beside_half(reset_s: float) -> Company:
    company = Company(WINDOW_S)
    company.told(WHOLE, Said(WHOLE - 300 - 1, reset_s, WHOLE), 1, 59.0)
    assert company.left(59.0) == pytest.approx(300)
    return company


@pytest.mark.parametrize(("ours", "rests_s"), [(300, 0.0), (309, 0.0), (400, 18.0), (540, 46.0)])
def test_for_a_burst_beside_others_that_answers_tell_of_a_run_rests(ours: int, rests_s: float) -> None:
    assert beside_half(0.0).rest_s(LIMIT, sent(ours), 59.0) == pytest.approx(rests_s)


def test_for_what_a_bucket_lends_or_within_a_small_share_nobody_rests() -> None:
    assert beside_half(30.0).rest_s(LIMIT, sent(540), 59.0) == 0.0
    assert beside_half(0.0).rest_s(290, sent(540), 59.0) == 0.0
