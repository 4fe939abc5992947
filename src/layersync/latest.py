"""`latest` in the report directory: the link to the report of the newest run."""

import errno
import os
import secrets
from pathlib import Path

from layersync.errors import UsageError
from layersync.run_identity import LATEST

# what a file system without symbolic links says of one
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})


def refuse_taken(report_dir: Path) -> None:
    """Raises UsageError where something else stands in the place of the link: the run would end with a broken report.

    A report directory that was copied, or kept between two runs of a CI, often has a folder there.
    """
    latest = report_dir / LATEST
    if os.path.lexists(latest) and not latest.is_symlink():
        raise UsageError(f"{latest} is no link of layersync's", "move it away; nothing was sent")


def point_to(report_dir: Path, run_id: str) -> str:
    """Points the link to a run, in one step. Gives what to tell a person where the file system has no links, else "".

    Raises OSError for a disk that fails.
    """
    draft = report_dir / f".{LATEST}.{secrets.token_hex(4)}"
    try:
        draft.symlink_to(run_id)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return f"{report_dir / LATEST} does not point to this report: no links can be made there"
    try:
        draft.replace(report_dir / LATEST)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return ""
