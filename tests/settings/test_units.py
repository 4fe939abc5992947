"""Durations, sizes, shares and modes: what is read, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layersync.settings import units
from layersync.values.guards import Limit


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30s", 30.0),
        ("20m", 1200.0),
        ("2h", 7200.0),
        ("7d", 604_800.0),
        ("1w", 604_800.0),
        ("1h30m", 5400.0),
        ("500ms", 0.5),
        ("1.5h", 5400.0),
        ("90", 90.0),
        (90, 90.0),
        (0.25, 0.25),
        (" 2H ", 7200.0),
        ("0", 0.0),
    ],
)
def test_a_duration_is_read(written: object, meant: float) -> None:
    assert units.seconds(written) == pytest.approx(meant)


@pytest.mark.parametrize("written", ["", "s", "-3s", "3 days", "1y", "1h 30", "nan", "inf", "1e9", True, None, "9999d"])
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"duration|number|longer"):
        units.seconds(written)


@given(st.integers(0, 366 * 86_400))
def test_a_duration_survives_being_written_and_read(seconds: int) -> None:
    assert units.seconds(units.duration_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("256MB", 256_000_000),
        ("256 mb", 256_000_000),
        ("1GiB", 2**30),
        ("10k", 10_000),
        ("10KiB", 10_240),
        ("512B", 512),
        ("1.5MB", 1_500_000),
        (4096, 4096),
        ("4096", 4096),
    ],
)
def test_a_size_is_read(written: object, meant: int) -> None:
    assert units.size(written) == meant


@pytest.mark.parametrize("written", ["", "MB", "-1MB", "1TB", "1 M B", "one", True, None])
def test_what_is_no_size_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"size|number"):
        units.size(written)


@given(st.integers(0, 10**12))
def test_a_size_survives_being_written_and_read(count: int) -> None:
    assert units.size(units.size_text(count)) == count


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30%", Limit(share=0.3)),
        ("12.5 %", Limit(share=0.125)),
        ("0%", Limit(share=0.0)),
        ("100%", Limit(share=1.0)),
        (50, Limit(count=50)),
        ("50", Limit(count=50)),
        (0, Limit(count=0)),
    ],
)
def test_a_limit_is_a_share_or_a_count(written: object, meant: Limit) -> None:
    assert units.limit(written) == meant
    assert units.limit(units.limit_text(meant)) == meant


@pytest.mark.parametrize("written", [0.3, "0.3", "101%", "-1", "-5%", "%", "", True, None])
def test_what_is_neither_share_nor_count_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"share|number|100"):
        units.limit(written)


@pytest.mark.parametrize(("written", "meant"), [(0.9, 0.9), ("90%", 0.9), (1, 1.0), ("0.5", 0.5)])
def test_a_part_of_the_budget_is_read(written: object, meant: float) -> None:
    assert units.share(written) == pytest.approx(meant)


@pytest.mark.parametrize("written", [0, 1.1, "0%", "half", 90])
def test_a_part_is_more_than_nothing_and_not_more_than_all(written: object) -> None:
    with pytest.raises(ValueError, match="part"):
        units.share(written)


@pytest.mark.parametrize(("written", "meant"), [("0600", 0o600), ("640", 0o640), ("0644", 0o644)])
def test_a_file_mode_is_read_as_octal(written: str, meant: int) -> None:
    assert units.file_mode(written) == meant


@pytest.mark.parametrize("written", [600, 0o600, "0o600", "abc", "0900", "06000", "0400", "0000"])
def test_a_mode_that_is_ambiguous_or_locks_us_out_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"mode|keep"):
        units.file_mode(written)
