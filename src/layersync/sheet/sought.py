"""The keys of `--key`, and the fields of `--only-fields`: each must be in the sheet of one job at least."""

from collections.abc import Collection, Mapping, Sequence

from layersync.errors import UsageError
from layersync.sheet.suggest import did_you_mean, shown


def refuse_missing(missing: Sequence[Collection[str] | None]) -> None:
    """Raises UsageError for a key that no job has.

    `missing` holds, for each job of the run, the keys that no row of its sheet has; None where the sheet could not be
    read: the key may be in that one.
    """
    for key in _in_no_sheet(missing):
        where = "the sheet" if len(missing) == 1 else "any sheet"
        raise UsageError(f"--key {shown(key)}: no row of {where} has this key")


def refuse_missing_fields(missing: Sequence[Mapping[str, str] | None]) -> None:
    """Raises UsageError for a field that no job has a column for.

    `missing` holds, for each job, what `Desired.missing_fields` does; None as above.
    """
    for name in _in_no_sheet(missing):
        near = next((fields[name] for fields in missing if fields and fields[name]), None)
        who = "the sheet has no" if len(missing) == 1 else "no sheet has a"
        raise UsageError(f"--only-fields: {who} column for {shown(name)}", did_you_mean(near))


def _in_no_sheet(missing: Sequence[Collection[str] | None]) -> list[str]:
    """What every job misses; nothing where one of them could not be read."""
    read = [names for names in missing if names is not None]
    if len(read) < len(missing) or not read:
        return []
    return [name for name in read[0] if all(name in names for names in read)]
