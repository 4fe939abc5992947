"""The fields that a sheet states of a record as one line of JSON, the objects last."""

from collections.abc import Mapping, Sequence
from functools import cached_property, reduce
from operator import add

import polars as pl

from layersync.plan.key_order import falls_into_members, hash_of_pieces
from layersync.plan.spelling import escapes_in


class Lines:
    """How lines are written and hashed, as expressions of polars.

    `columns` are the cells of the sheet by field, `objects` the names of those that hold JSON: the last ones.
    """

    def __init__(self, columns: Mapping[str, pl.Series], objects: Sequence[str]) -> None:
        self.texts = [name for name in columns if name not in objects]
        self.objects = [*objects]
        self._columns = columns

    def of_row(self) -> pl.Expr:
        """The line of a record that says what a row does; of columns named like the fields."""
        pieces = [self._texts()]
        for name in self.objects:
            pieces += [pl.lit(self._before(name)), self._object(name)]
        return pl.concat_str(*pieces, pl.lit("}")) if self.objects else self._texts()

    def hash_of_row(self) -> pl.Expr:
        """The `hash` of that line, by `hash_of_pieces`; null where one of the objects does not fall into members."""
        before, hashes = self._texts(), []
        for seed, name in enumerate(self.objects):
            before = pl.concat_str(before, pl.lit(f'{self._before(name)}{{"'))
            hashes += [before.hash(seed), hash_of_pieces(self._object(name).str.head(-1).str.slice(2), seed)]
            before = pl.lit("}")
        fine = pl.all_horizontal(pl.lit(value=True), *(falls_into_members(self._object(name)) for name in self.objects))
        return pl.when(fine).then(reduce(add, hashes or [before.hash()]))

    def hash(self, line: pl.Expr) -> pl.Expr:
        """One hash of a line that is valid JSON: of the insides of its objects, and of what stands before each.

        Null, or a hash that no row has, where a field that holds JSON is missing, empty or no object.
        """
        if not self.objects:
            return line.hash()
        names = [f'"{name}":{{"' for name in self.objects]
        at = [line.str.find(name, literal=True).cast(pl.Int64) for name in names]
        starts = [place + len(name.encode()) for place, name in zip(at, names, strict=True)]
        ends = [place - len("},") for place in (*at[1:], line.str.len_bytes().cast(pl.Int64))]
        before = [_between(line, *both) for both in zip([pl.lit(0), *ends[:-1]], starts, strict=True)]
        inside = [_between(line, *both).cast(pl.String) for both in zip(starts, ends, strict=True)]
        hashes = (
            text.hash(seed) + hash_of_pieces(value, seed)
            for seed, (text, value) in enumerate(zip(before, inside, strict=True))
        )
        return reduce(add, hashes)

    @cached_property
    def _escapes(self) -> Mapping[str, Mapping[str, str]]:
        return {name: escapes_in(self._columns[name]) for name in self.objects}

    def _texts(self) -> pl.Expr:
        texts = pl.struct(self.texts).struct.json_encode() if self.texts else pl.lit("{}")
        return texts.str.head(-1) if self.objects else texts

    def _before(self, name: str) -> str:
        comma = "," if self.texts or name != self.objects[0] else ""
        return f'{comma}"{name}":'

    def _object(self, name: str) -> pl.Expr:
        cells = pl.col(name).fill_null("null")
        escapes = self._escapes[name]
        return cells.str.replace_many(escapes) if escapes else cells


def _between(line: pl.Expr, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """A part of a line, in bytes."""
    return line.cast(pl.Binary).bin.slice(start, (end - start).clip(0))
