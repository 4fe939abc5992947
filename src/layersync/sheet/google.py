"""Google Sheets: the link's export, read as anybody may, or as a service account."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layersync.errors import InputUnusable
from layersync.sheet.answered import bytes_of
from layersync.sheet.download import Patience, download
from layersync.sheet.service_account import Account, sign_in
from layersync.sheet.web import Origin, WebRequest
from layersync.values.google_sheet import HOST, GoogleSheet

KEY_FILE: Final = "GOOGLE_APPLICATION_CREDENTIALS"

_CONTENT_HOSTS: Final = ".googleusercontent.com"
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Google:
    """Where Google is; only tests know of another one."""

    docs: str = f"https://{HOST}"
    drive: str = "https://www.googleapis.com"


async def read_google(
    sheet: GoogleSheet,
    tab: str | None,
    max_bytes: int,
    patience: Patience,
    *,
    google: Google = Google(),
    environ: Mapping[str, str] = os.environ,
) -> bytes:
    """Reads a Google Sheet: as CSV; as XLSX where the job names a tab, or where a service account reads it.

    The service account is the one whose key file GOOGLE_APPLICATION_CREDENTIALS names. InputUnusable where there is
    no sheet to be had.
    """
    key_file = environ.get(KEY_FILE)
    if key_file and not sheet.published:
        return await _as_account(sheet, await sign_in(key_file, patience), max_bytes, patience, google)
    url = google.docs + sheet.export(workbook=tab is not None)
    answer = await download(sheet.name, WebRequest(url=url, may_follow=export_hosts), max_bytes, patience)
    if answer.leads_to is not None and _is_login(answer.leads_to):
        raise _private(sheet)
    if answer.status == 400 and sheet.gid:
        raise InputUnusable(f"{sheet.name} has no such tab", "open the tab in the browser and copy the link again")
    return bytes_of(sheet.name, answer, _private(sheet))


def export_hosts(here: Origin, there: Origin) -> bool:
    """A redirect may lead to the hosts that Google exports from, and to the same host."""
    exports = there.host == HOST or there.host.endswith(_CONTENT_HOSTS)
    return here == there or (there.scheme == "https" and there.port is None and exports)


async def _as_account(
    sheet: GoogleSheet, account: Account, max_bytes: int, patience: Patience, google: Google
) -> bytes:
    # Drive exports the first tab only as CSV, whatever the gid; so all tabs as a workbook
    url = f"{google.drive}/drive/v3/files/{sheet.key}/export?mimeType={_WORKBOOK}"
    request = WebRequest(url=url, headers={"Authorization": f"Bearer {account.token}"})
    answer = await download(sheet.name, request, max_bytes, patience)
    hidden = InputUnusable(
        f"{sheet.name} is not shared with the service account", f"share the sheet with {account.email}"
    )
    if answer.status == 404:
        raise hidden
    return bytes_of(sheet.name, answer, hidden)


def _is_login(host: str) -> bool:
    return host == "google.com" or host.endswith(".google.com")


def _private(sheet: GoogleSheet) -> InputUnusable:
    return InputUnusable(
        f"{sheet.name}: the sheet is private",
        "share it with anyone who has the link, or use a service account (README, Your sheet)",
    )
