"""The fields that a sheet states of a record as one line of JSON, the objects last."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import polars as pl

from layersync.plan.key_order import falls_into_members, hash_of_pieces
from layersync.plan.spelling import escapes_in

_SEED = 1


class Lines:
    """How lines are written and hashed, as expressions of polars.

    `columns` are the cells of the sheet by field, `objects` the names of those that hold JSON: the last ones. The hash
    of a line with one object does not mind in which order its keys stand, where that object `falls_into_members`.
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
        """The `hash` of that line; null where its object may not be taken to pieces."""
        if len(self.objects) != 1:
            return self.of_row().hash()
        [name] = self.objects
        before = pl.concat_str(self._texts(), pl.lit(f'{self._before(name)}{{"'))
        value = self._object(name)
        hashed = before.hash() + hash_of_pieces(value.str.head(-1).str.slice(2), _SEED)
        return pl.when(falls_into_members(value)).then(hashed)

    def hash(self, line: pl.Expr) -> pl.Expr:
        """The hash of a line that is valid JSON: of what is inside of its object, and of everything before that.

        Null, or a hash that no row has, where the object is missing or empty, or no object.
        """
        if len(self.objects) != 1:
            return line.hash()
        name = f'"{self.objects[0]}":{{"'
        start = line.str.find(name, literal=True).cast(pl.Int64) + len(name.encode())
        inside = _between(line, start, line.str.len_bytes().cast(pl.Int64) - len("}}"))
        return _between(line, pl.lit(0), start).hash() + hash_of_pieces(inside.cast(pl.String), _SEED)

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
