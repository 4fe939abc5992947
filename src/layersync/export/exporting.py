"""From the API to the bytes of a sheet."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from layersync.api.clock import Clock
from layersync.api.connect import Link
from layersync.api.crawl import crawl
from layersync.errors import UsageError
from layersync.export.csv_sheet import csv_sheet
from layersync.export.draft import LeftOut
from layersync.export.settle import settled
from layersync.export.workbook import unwritable, workbook
from layersync.resources.resource import Resource
from layersync.sheet.fit import check_fit
from layersync.values.rules import SheetRules
from layersync.values.target import Target


class SheetFormat(StrEnum):
    """What an exported sheet can be, by the ending of its name."""

    CSV = ".csv"
    XLSX = ".xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to export: the records of `form`, for the job that reads with `rules`; `notes` says what columns hold."""

    form: Resource
    rules: SheetRules
    format: SheetFormat
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A sheet as it stands in a file: its bytes, its records, and what it does not say.

    `gone` counts the records that were deleted while they were read.
    """

    target: Target
    raw: bytes
    records: int
    left_out: tuple[LeftOut, ...]
    gone: int


def format_of(path: Path) -> SheetFormat:
    """Gives the format that a name asks for. UsageError for another ending."""
    try:
        return SheetFormat(path.suffix.lower())
    except ValueError:
        endings = " or ".join(SheetFormat)
        raise UsageError(f"--to {str(path)!a}: the name must end in {endings}") from None


async def export(wanted: Wanted, link: Link, clock: Clock, progress: Callable[[int, int], None]) -> Exported:
    """Reads all records and writes them as a sheet that plans to no changes.

    Raises StoppedEarly or ApiRefuses where the API can't be read, UsageError where the job's rules do not fit.
    """
    form, rules = wanted.form, wanted.rules
    check_fit(rules, form)
    found = await crawl(form, link.reader, clock, progress)
    with tempfile.TemporaryDirectory() as folder:
        draft = settled(form, rules, found.records, Path(folder) / "sheet.csv")
    as_workbook = wanted.format is SheetFormat.XLSX
    if as_workbook and (faults := unwritable(draft)):
        draft = draft.without(faults)
    return Exported(
        target=link.target,
        raw=workbook(draft, rules, wanted.notes) if as_workbook else csv_sheet(draft, rules.header_row),
        records=len(draft.rows),
        left_out=draft.left_out,
        gone=found.gone,
    )
