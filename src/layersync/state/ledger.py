"""The ledger: for each record of a job the cells on which sheet and live last agreed, one columnar snapshot per job.

A file is one line of JSON (whose it is, and the SHA-256 of the rest) and then parquet. It is replaced as a whole, so
it is never half written; losing it costs no more than a comparison in two ways instead of three.
"""

import io
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

from layersync.state.folder import job_file, told_of
from layersync.state.whole_file import write_whole
from layersync.values.cell import FORGET

SCHEMA: Final = 1
MOST_RECORDS: Final = 1_000_000

_OLD: Final = "\x00old"  # no path holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose ledger it is: one job at one target, and the resource, to whose records the ids belong."""

    base_url: str
    organization_id: str
    job: str
    resource: str


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """What was found: the cells (as `Memory.ledger`), or None; `trouble` says why a file that is there is not used."""

    cells: pl.DataFrame | None
    trouble: str = ""


def read_ledger(state_dir: Path, owner: Owner) -> Remembered:
    """Reads the ledger of a job; whatever is wrong with the file, it is as if there were none."""
    path = ledger_path(state_dir, owner)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "rb") as file:  # noqa: PTH123  it is a handle
            head, payload = file.readline(), file.read()
    except FileNotFoundError:
        return Remembered(None)
    except OSError as error:
        return Remembered(None, f"{path} cannot be read: {error.strerror}")
    trouble = _trouble(head, payload, owner)
    if trouble:
        return Remembered(None, f"{path} {trouble}")
    return Remembered(pl.read_parquet(io.BytesIO(payload)))


def write_ledger(state_dir: Path, owner: Owner, cells: pl.DataFrame) -> None:
    """Puts a new ledger in place of the old one; when this returns it is on the disk.

    Raises StoppedEarly when the disk does not take it, UsageError for a state directory that cannot be used.
    """
    path = ledger_path(state_dir, owner)
    payload = io.BytesIO()
    cells.write_parquet(payload)
    head = _head(owner, sha256(payload.getbuffer()).hexdigest())
    with told_of(path):
        write_whole(path, (head, payload.getbuffer()), 0o600)


def merged(old: pl.DataFrame | None, new: pl.DataFrame, most: int = MOST_RECORDS) -> pl.DataFrame:
    """Lays what a run settled (`plan.agreed`) over what was known; columns `_id` and one per path.

    A cell that the run says nothing of (null) keeps its value, `FORGET` empties it. A path of which the run states a
    value ends what was known of a path above or below it: `metadata` and `metadata.crm_id` are two ways to say one
    thing. Records that the run did not meet are kept, those met last at the end; of more than `most` the ones
    that were not met for longest are dropped, but none that this run met.
    """
    old = pl.DataFrame(schema={"_id": pl.String}) if old is None else old
    untouched = old.join(new.select("_id"), on="_id", how="anti", maintain_order="left")
    both = new.join(old, on="_id", how="left", suffix=_OLD, maintain_order="left")
    met = both.select("_id", *_laid_over(_paths(new), _paths(old)))
    return pl.concat([untouched, met], how="diagonal").tail(max(most, met.height))


def ledger_path(state_dir: Path, owner: Owner) -> Path:
    """Where the ledger of a job stands."""
    return job_file(state_dir, owner.base_url, owner.organization_id, owner.job, "ledger")


def _paths(cells: pl.DataFrame) -> list[str]:
    return [column for column in cells.columns if column != "_id"]


def _laid_over(new: list[str], old: list[str]) -> list[pl.Expr]:
    """What becomes of every column: those of the run first, then those that only the ledger has."""
    stated = []
    for path in new:
        cell = pl.col(path)
        kept = pl.col(path + _OLD) if path in old else pl.lit(None, dtype=pl.String)
        stated.append(pl.when(cell == FORGET).then(None).otherwise(pl.coalesce(cell, kept)).alias(path))
    for path in (path for path in old if path not in new):
        ended = pl.any_horizontal(pl.lit(value=False), *(_says(other) for other in new if _overlap(path, other)))
        stated.append(pl.when(ended).then(None).otherwise(pl.col(path)).alias(path))
    return stated


def _says(path: str) -> pl.Expr:
    return (pl.col(path) != FORGET).fill_null(value=False)


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other + ".") or other.startswith(one + ".")


def _head(owner: Owner, digest: str) -> bytes:
    told = {
        "layersync_ledger": SCHEMA,
        "base_url": owner.base_url,
        "organization_id": owner.organization_id,
        "job": owner.job,
        "resource": owner.resource,
        "sha256": digest,
    }
    return json.dumps(told).encode() + b"\n"


def _trouble(head: bytes, payload: bytes, owner: Owner) -> str:
    """Why what was read is no ledger of this job, empty where it is one."""
    digest = sha256(payload).hexdigest()
    if head == _head(owner, digest):
        return ""
    try:
        told = json.loads(head)
        schema = told["layersync_ledger"]
    except (ValueError, TypeError, KeyError):
        return "is no ledger"
    if schema != SCHEMA:
        return "was written by another version of layersync"
    return "is damaged" if told.get("sha256") != digest else "belongs to another job or target"
