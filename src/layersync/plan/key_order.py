"""A hash that a JSON object has in common with the same value in another order of its keys."""

import polars as pl

_FLAT = r'^\{"[^\[\]{}]*(?:\[[^\[\]{}]*\][^\[\]{}]*)?\}$'  # no object, and one list at most
_FALLS_BADLY = r',"[,:}\]]|\[[^\]]*,"[^\]]*,"[^\]]*,"'  # a text, among others, that ends with a comma; a long list


def hash_of_pieces(inside: pl.Expr, seed: int) -> pl.Expr:
    """Hashes objects, given without spaces and without `{"` and `}`, as UInt64: the sum of the hashes of their pieces.

    For two valid objects of which one `falls_into_members` equal hashes mean equal values, as far as 64 bits go.
    """
    return inside.str.split(',"').list.eval(pl.element().hash(seed)).list.sum()


def falls_into_members(value: pl.Expr) -> pl.Expr:
    """Tells of JSON values, braces included, whether their pieces make valid JSON in no order that means another value.

    That is so where each piece is a member: no text ends with a comma, and there is no object in the object. A list may
    be cut into a beginning, an end and one piece between them; a second list might take over the other's end.
    """
    return value.str.contains(_FLAT) & ~value.str.contains(_FALLS_BADLY)
