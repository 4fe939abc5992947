"""How old a key is: the largest age that any clock gives, unknown when a clock went backwards."""

import pytest

from layersync.state.clocks import Clocks, Instant

BORN = Instant(wall=1000.0, boot=50.0, boot_id="a", server=990.0)


@pytest.mark.parametrize(
    ("now", "age_s"),
    [
        pytest.param(Instant(1060.0, 110.0, "a", 1050.0), 60.0, id="all agree"),
        pytest.param(Instant(1061.0, 110.0, "a", 1050.0), 61.0, id="wall is ahead"),
        pytest.param(Instant(1060.0, 150.0, "a", 1050.0), 100.0, id="boot is ahead: the wall was set back"),
        pytest.param(Instant(1060.0, 110.0, "a", 1090.0), 100.0, id="server is ahead"),
        pytest.param(Instant(1060.0, 9999.0, "b", 1050.0), 60.0, id="rebooted: the boot clock means nothing"),
        pytest.param(Instant(1060.0, 5.0, "b", 1050.0), 60.0, id="rebooted just now"),
        pytest.param(Instant(1060.0, 110.0, "a", None), 60.0, id="no answer of the server yet"),
        pytest.param(Instant(999.0, 110.0, "a", 1050.0), None, id="wall went backwards"),
        pytest.param(Instant(1060.0, 49.0, "a", 1050.0), None, id="boot went backwards"),
        pytest.param(Instant(1060.0, 110.0, "a", 980.0), None, id="server went backwards"),
        pytest.param(BORN, 0.0, id="at once"),
    ],
)
def test_age_is_the_largest_that_a_clock_gives(now: Instant, age_s: float | None) -> None:
    assert now.since(BORN) == age_s


def test_boot_clock_is_left_out_where_the_boot_has_no_name() -> None:
    assert Instant(10.0, 9.0, "").since(Instant(5.0, 100.0, "")) == 5.0


def test_clocks_of_this_machine_do_not_go_backwards() -> None:
    clocks = Clocks()
    earlier = clocks.now()
    assert clocks.now().since(earlier) is not None
