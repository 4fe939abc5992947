"""Compressed bodies: unpacked as far as is allowed, and no further."""

import gzip
import tracemalloc
import zlib

import pytest

from layersync.api.inflate import Packed, inflated

CAP = 1_000


@pytest.mark.parametrize("coding", ["", "identity", " Identity "])
def test_a_plain_body_stays_as_it_is(coding: str) -> None:
    assert inflated(b"{}", coding, CAP) == b"{}"


@pytest.mark.parametrize("size", [0, 1, CAP - 1, CAP])
def test_up_to_the_cap_a_body_is_unpacked(size: int) -> None:
    assert inflated(gzip.compress(b"x" * size), "gzip", CAP) == b"x" * size


def test_one_byte_more_is_too_much() -> None:
    with pytest.raises(Packed, match="larger than 1,000 bytes"):
        inflated(gzip.compress(b"x" * (CAP + 1)), "gzip", CAP)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"x")[:-1], gzip.compress(b"x") + b"more", gzip.compress(b"x") * 2, b"", zlib.compress(b"x")],
    ids=["cut", "more-behind-it", "twice", "empty", "zlib"],  # gzip writes the time into each
)
def test_a_damaged_body_is_none(body: bytes) -> None:
    with pytest.raises(Packed):
        inflated(body, "gzip", CAP)


def test_a_bomb_takes_no_more_memory_than_the_cap() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    with pytest.raises(Packed):
        inflated(bomb, "gzip", 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
