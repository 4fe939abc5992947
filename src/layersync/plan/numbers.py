"""Numbers that come a few at a time, and become a column without an object of Python for each."""

import sys
from array import array

import polars as pl


def column(numbers: "array[int]") -> pl.Series:
    """A column of what an array of C integers (`array("i")`) holds, Int32."""
    if not numbers:
        return pl.Series(dtype=pl.Int32)
    form = pl.Array(pl.Int32, len(numbers))
    raw = pl.Series([numbers.tobytes()], dtype=pl.Binary)
    return raw.bin.reinterpret(dtype=form, endianness=sys.byteorder).explode()
