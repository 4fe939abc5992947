"""The keys that `--key` names: each must be in the sheet of one job at least."""

from collections.abc import Collection, Sequence

from layersync.errors import UsageError
from layersync.sheet.suggest import shown


def refuse_missing(missing: Sequence[Collection[str] | None]) -> None:
    """Raises UsageError for a key that no job has.

    `missing` holds, for each job of the run, the keys that no row of its sheet has; None where the sheet could not be
    read: the key may be in that one.
    """
    read = [keys for keys in missing if keys is not None]
    if len(read) < len(missing) or not read:
        return
    for key in read[0]:
        if all(key in keys for keys in read):
            where = "the sheet" if len(read) == 1 else "any sheet"
            raise UsageError(f"--key {shown(key)}: no row of {where} has this key")
