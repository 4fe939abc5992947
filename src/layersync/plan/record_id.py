"""The id of a record in the form in which the ledger knows it, for whole columns."""

import polars as pl

from layersync.resources.ident import ANY_ID, id_pattern


def bare_id(column: str) -> pl.Expr:
    """Gives a column of ids as `ident.normal_id` does: without prefix, a UUID in lower case; null for no id.

    The new column is named `_id`.
    """
    bare = pl.col(column).str.extract(id_pattern(ANY_ID), 1)
    return pl.when(bare.str.contains("-", literal=True)).then(bare.str.to_lowercase()).otherwise(bare).alias("_id")
