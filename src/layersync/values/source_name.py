"""The name of a source in messages and reports: never a query, which may hold a secret."""

from layersync.values.address import is_address, split_address
from layersync.values.google_sheet import google_sheet

_LONGEST = 160


def source_name(source: str) -> str:
    """Gives a path and `-` as they are, an address without query and cut, a Google Sheets link by its key."""
    if not is_address(source):
        return source
    try:
        address = split_address(source)
        google = google_sheet(address)
    except ValueError:
        return "the address of the sheet"
    name = google.name if google else f"{address.scheme}://{address.netloc}{address.path}"
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
