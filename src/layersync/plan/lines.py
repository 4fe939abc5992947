"""The fields that a sheet states of a record as one line of JSON, the objects last."""

from collections.abc import Mapping, Sequence

import polars as pl

from layersync.plan.key_order import falls_into_members, hash_of_pieces

_SEED = 1

Escapes = Mapping[str, Mapping[str, str]]  # those in each object, by name, and the characters that they stand for


class Lines:
    """How lines are written and hashed, as expressions of polars; rows are of columns named like the fields.

    `texts` are the names of fields that hold text, `objects` of those that hold JSON. The hash of a line with one
    object does not mind in which order its keys stand, where that object `falls_into_members`.
    """

    def __init__(self, texts: Sequence[str], objects: Sequence[str]) -> None:
        self.texts = [*texts]
        self.objects = [*objects]

    def of_row(self, escapes: Escapes) -> pl.Expr:
        """The line of a record that says what a row does."""
        pieces = [self._texts()]
        for name in self.objects:
            pieces += [pl.lit(f'{self._comma(name)}"{name}":'), _object(name, escapes)]
        return pl.concat_str(*pieces, pl.lit("}")) if self.objects else self._texts()

    def hash_of_row(self, escapes: Escapes) -> pl.Expr:
        """The `hash` of that line; null where its object may not be taken to pieces, or `escapes` lacks one of its."""
        hashed = self.of_row(escapes).hash()
        known = [~_object(name, escapes).str.contains(r"\u", literal=True) for name in self.objects]
        if len(self.objects) == 1:
            value = _object(self.objects[0], escapes)
            hashed = self._texts().hash() + hash_of_pieces(value.str.head(-1).str.slice(2), _SEED)
            known.append(falls_into_members(value))
        return pl.when(*known).then(hashed) if known else hashed

    def hash(self, line: pl.Expr) -> pl.Expr:
        """The hash of a line that is valid JSON: of what is inside of its object, and of everything before its name.

        Null, or a hash that no row has, where the object is missing or empty, or no object.
        """
        if len(self.objects) != 1:
            return line.hash()
        [field] = self.objects
        name = f'"{field}":{{"'
        start = line.str.find(name, literal=True).cast(pl.Int64)
        inside = _between(line, start + len(name.encode()), line.str.len_bytes().cast(pl.Int64) - len("}}"))
        before = _between(line, pl.lit(0), start - len(self._comma(field)))
        return before.hash() + hash_of_pieces(inside.cast(pl.String), _SEED)

    def _texts(self) -> pl.Expr:
        texts = pl.struct(self.texts).struct.json_encode() if self.texts else pl.lit("{}")
        return texts.str.head(-1) if self.objects else texts

    def _comma(self, name: str) -> str:
        return "," if self.texts or name != self.objects[0] else ""


def _object(name: str, escapes: Escapes) -> pl.Expr:
    cells = pl.col(name).fill_null("null")
    return cells.str.replace_many(escapes[name]) if escapes[name] else cells


def _between(line: pl.Expr, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """A part of a line, in bytes."""
    return line.cast(pl.Binary).bin.slice(start, (end - start).clip(0))
