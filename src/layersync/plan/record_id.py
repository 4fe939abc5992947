"""The id of a record in the form in which the ledger knows it, for whole columns."""

import polars as pl

from layersync.resources.ident import ANY_ID, id_pattern
from layersync.resources.resource import Resource


def record_ids(ids: pl.Series, keys: pl.Series, key_field: str, form: Resource) -> pl.Series:
    """Gives ids as `ident.normal_id` does, under the name `_id`: without prefix, a UUID in lower case; null for no id.

    `keys` are the normalised keys of the same lines: where the key is the id, they are the answer already.
    """
    if key_field == form.id_field:
        return keys.alias("_id")
    bare = ids.str.extract(id_pattern(ANY_ID), 1)
    return bare.str.to_lowercase().zip_with(bare.str.contains("-", literal=True), bare).alias("_id")
