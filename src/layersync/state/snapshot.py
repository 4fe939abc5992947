"""A columnar file of one job: a line of JSON that says whose it is, with the SHA-256 of the rest, then parquet.

It is replaced as a whole, so it is never half written, and it is checked before any of it is used. Whatever is kept so
can be lost: a run without it does more work, and nothing else.
"""

import io
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from layersync.state.folder import job_file, told_of
from layersync.state.whole_file import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose file it is: one job at one target, and the resource, to whose records the ids belong."""

    base_url: str
    organization_id: str
    job: str
    resource: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file holds: its name is the ending of the file's name, `schema` the number of its layout."""

    name: str
    schema: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was read, or None; `trouble` says why a file that is there is not used."""

    frame: pl.DataFrame | None
    trouble: str = ""


def snapshot_path(state_dir: Path, owner: Owner, kind: Kind) -> Path:
    """Where the file stands."""
    return job_file(state_dir, owner.base_url, owner.organization_id, owner.job, kind.name)


def read_snapshot(state_dir: Path, owner: Owner, kind: Kind) -> Found:
    """Reads what was kept; whatever is wrong with the file, it is as if there were none."""
    path = snapshot_path(state_dir, owner, kind)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(handle, "rb") as file:  # noqa: PTH123  it is a handle
            head, payload = file.readline(), file.read()
    except FileNotFoundError:
        return Found(None)
    except OSError as error:
        return Found(None, f"{path} cannot be read: {error.strerror}")
    trouble = _trouble(head, payload, owner, kind)
    if trouble:
        return Found(None, f"{path} {trouble}")
    return Found(pl.read_parquet(io.BytesIO(payload)))


def write_snapshot(state_dir: Path, owner: Owner, kind: Kind, frame: pl.DataFrame) -> None:
    """Puts a new file in place of the old one; when this returns it is on the disk.

    Raises StoppedEarly when the disk does not take it, UsageError for a state directory that cannot be used.
    """
    path = snapshot_path(state_dir, owner, kind)
    payload = io.BytesIO()
    frame.write_parquet(payload)
    with payload.getbuffer() as written, told_of(path):
        write_whole(path, (_head(owner, kind, sha256(written).hexdigest()), written), 0o600)


def _head(owner: Owner, kind: Kind, digest: str) -> bytes:
    told = {
        f"layersync_{kind.name}": kind.schema,
        "base_url": owner.base_url,
        "organization_id": owner.organization_id,
        "job": owner.job,
        "resource": owner.resource,
        "sha256": digest,
    }
    return json.dumps(told).encode() + b"\n"


def _trouble(head: bytes, payload: bytes, owner: Owner, kind: Kind) -> str:
    """Why what was read is no such file of this job, empty where it is one."""
    digest = sha256(payload).hexdigest()
    if head == _head(owner, kind, digest):
        return ""
    try:
        told = json.loads(head)
        schema = told[f"layersync_{kind.name}"]
    except (ValueError, TypeError, KeyError):
        return f"holds no {kind.name}"
    if schema != kind.schema:
        return "was written by another version of layersync"
    return "is damaged" if told.get("sha256") != digest else "belongs to another job or target"
