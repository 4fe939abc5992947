"""Which run this is: its id, and who or what started it."""

import os
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from os.path import lexists
from pathlib import Path
from random import Random

from layersync.values.report import Trigger

LATEST = "latest"

_RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}")
_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BITBUCKET_COMMIT", "BUILD_SOURCEVERSION")
_ACTORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR")
_PAGES = ("CI_JOB_URL", "BUILD_URL")


def new_run_id(started_at: datetime, rng: Random, report_dir: Path) -> str:
    """Gives an id that sorts by time, `20261121T020003Z-7f3a`, and that no report in the folder has."""
    ids = (f"{started_at:%Y%m%dT%H%M%SZ}-{rng.randrange(16**4):04x}" for _ in count())
    return next(one for one in ids if not lexists(report_dir / one))


def is_run_id(text: str) -> bool:
    """Tells an id of a run from the name of a file."""
    return _RUN_ID.fullmatch(text) is not None


def find_trigger(environ: Mapping[str, str] = os.environ) -> Trigger:
    """Tells a CI job from a person at a terminal from a job that nobody watches."""
    if environ.get("CI") or environ.get("GITHUB_ACTIONS"):
        return Trigger(kind="ci", actor=_first(environ, _ACTORS), commit=_first(environ, _COMMITS), url=_page(environ))
    user = environ.get("USER") or environ.get("LOGNAME")
    return Trigger(kind="terminal" if sys.stdin is not None and sys.stdin.isatty() else "cron", actor=user)


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _page(environ: Mapping[str, str]) -> str | None:
    server, repository, run = (environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    return _first(environ, _PAGES)
