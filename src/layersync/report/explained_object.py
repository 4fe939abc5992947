"""An explained row as JSON."""

from layersync.values.explanation import CellExplained, RowExplained


def explained_object(row: RowExplained, job: str) -> dict[str, object]:
    """One row with its cells; a value that nobody states is left out, because null is a value."""
    return {
        "job": job,
        "row": row.row,
        "resource": row.resource,
        "key": row.key,
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "message": row.message,
        "cells": [_cell(cell) for cell in row.cells],
    }


def _cell(cell: CellExplained) -> dict[str, object]:
    said = {"desired": cell.desired, "live": cell.live, "last_agreed": cell.last_agreed}
    values = {name: value.value for name, value in said.items() if value is not None}
    return {"cell": cell.cell, "field": cell.field, **values, "rule": cell.rule.value, "why": cell.why}
