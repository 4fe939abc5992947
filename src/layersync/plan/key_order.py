"""A hash that JSON text has in common with the same value in another order of its keys."""

import polars as pl

_TEXT = r'"(?:[^"\\]|\\.)*"'
_PLAIN = r"[-+.0-9A-Za-z]+"  # a number, true, false or null
_LIST = rf"\[(?:{_TEXT}|[^\"\[\]{{}}])*\]"
_MEMBER = rf"{_TEXT}:(?:{_TEXT}|{_PLAIN}|{_LIST})"
_FLAT = rf"^\{{{_MEMBER}(?:,{_MEMBER})*\}}$"


def hash_of(value: pl.Expr, seed: int) -> pl.Expr:
    """Hashes JSON values, one a line, each without spaces, as UInt64.

    The keys of an object may stand in any order where no other object is inside it: it is the sum of the hashes of its
    members. Everything else is taken as text, so that two spellings of one value may have two hashes, but never two
    values one, as far as 64 bits go.
    """
    members = value.str.extract_all(_MEMBER).list.eval(pl.element().hash(seed)).list.sum()
    return pl.when(value.str.contains(_FLAT)).then(members).otherwise(value.hash(seed))
