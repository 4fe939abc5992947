"""Makes a draft say nothing but what plans to no changes."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from layersync.export.csv_sheet import csv_sheet
from layersync.export.draft import Draft, LeftOut, draft_of
from layersync.export.rehearsal import rehearse
from layersync.resources.resource import Resource
from layersync.values.live import Fetched
from layersync.values.rules import SheetRules


def settled(form: Resource, rules: SheetRules, records: Sequence[Fetched], file: Path) -> Draft:
    """Gives the sheet of the records, `left_out` telling what it does not say; `file` is written to try it out.

    An object that columns per key cannot state exactly stands as JSON, unless that states no more.
    """
    draft = _clean(draft_of(form, rules, records, whole=()), file, form, rules)
    inexact = _objects(one for one in draft.left_out if "." in (one.path or ""))
    if not inexact:
        return draft
    as_json = _clean(draft_of(form, rules, records, inexact), file, form, rules)
    # a lost column is worse than a blank cell
    worse = _objects(as_json.left_out) - _objects(one for one in draft.left_out if one.record is None)
    if not worse & inexact:
        return as_json
    return _clean(draft_of(form, rules, records, inexact - worse), file, form, rules)


def _clean(draft: Draft, file: Path, form: Resource, rules: SheetRules) -> Draft:
    """Leaves out what is at fault until nothing is: one reading tells of the structure, the next of the cells."""
    while draft.rows:
        file.write_bytes(csv_sheet(draft, rules.header_row))
        faults = rehearse(draft, file, form, rules)
        if not faults:
            break
        draft = draft.without(faults)
    return draft


def _objects(left_out: Iterable[LeftOut]) -> set[str]:
    """Names the fields of which something was left out."""
    return {one.path.partition(".")[0] for one in left_out if one.path is not None}
