"""A Google Sheets link: which sheet and tab it means, and where their bytes are."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlencode

HOST = "docs.google.com"

_LINK = re.compile(
    r"(?:/a/[^/]+)?/spreadsheets(?:/u/[0-9]+)?/d/(?P<published>e/)?(?P<key>[A-Za-z0-9_-]+)"
    r"(?:/(?:edit|view|preview|copy|htmlview|export|pub|pubhtml)?)?"
)


@dataclass(frozen=True, slots=True)
class GoogleSheet:
    """A sheet by its key; `published` is one under "Publish to the web", `gid` the number of a tab."""

    key: str
    gid: str | None = None
    published: bool = False

    @property
    def name(self) -> str:
        """What messages and reports call it."""
        return f"Google Sheet {self.key}" + (f" (gid {self.gid})" if self.gid else "")

    def export(self, *, workbook: bool) -> str:
        """Path and query of the bytes: the tab `gid` (or the first one) as CSV, or all tabs as XLSX."""
        query = {"output" if self.published else "format": "xlsx" if workbook else "csv"}
        if self.gid and not workbook:
            query |= {"gid": self.gid} | ({"single": "true"} if self.published else {})
        place = f"e/{self.key}/pub" if self.published else f"{self.key}/export"
        return f"/spreadsheets/d/{place}?{urlencode(query)}"


def google_sheet(address: SplitResult) -> GoogleSheet | None:
    """Gives the sheet that a link means, None for an address that is no Google Sheets link.

    The tab is the one that a browser would show: `#gid=N`, else `?gid=N`. ValueError for a gid that is no number.
    """
    link = _LINK.fullmatch(address.path) if address.hostname == HOST and address.port in {None, 443} else None
    if link is None:
        return None
    gids = (*parse_qs(address.fragment).get("gid", ()), *parse_qs(address.query).get("gid", ()))
    gid = gids[0] if gids else None
    if gid is not None and not re.fullmatch(r"[0-9]{1,20}", gid, re.ASCII):
        raise ValueError("holds a gid that is no number: copy the link again, with the tab open")
    return GoogleSheet(key=link["key"], gid=gid, published=link["published"] is not None)
