"""Tests on whole columns, made only on the cells that a cheap look can't rule out."""

from collections.abc import Callable

import polars as pl


def among(texts: pl.Expr, candidates: pl.Expr, test: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Marks the texts that pass `test`, which no other than the `candidates` can pass."""
    return test(pl.when(candidates).then(texts)).fill_null(value=False)


def beyond_ascii(texts: pl.Expr) -> pl.Expr:
    """Marks the texts with any character beyond ASCII."""
    return texts.str.len_bytes() != texts.str.len_chars()


def at_most(texts: pl.Expr, size: int) -> pl.Expr:
    """Marks the texts of at most that many bytes."""
    return texts.str.len_bytes() <= size
