"""Tests on whole columns, made only where a cheap look says that they can come out true."""

from collections.abc import Callable

import polars as pl


def among(texts: pl.Series, candidates: pl.Series, test: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Marks the texts that pass `test`, which no other than the `candidates` can pass."""
    at = candidates.arg_true()
    # scatter writes in place, and the mask is the caller's
    return candidates.clone().scatter(at, test(texts.gather(at))) if len(at) else candidates


def beyond_ascii(texts: pl.Series) -> pl.Series:
    """Marks the texts with any character beyond ASCII."""
    return texts.str.len_bytes() != texts.str.len_chars()


def at_most(texts: pl.Series, size: int) -> pl.Series:
    """Marks the texts of at most that many bytes."""
    return texts.str.len_bytes() <= size
