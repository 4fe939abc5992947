"""Sheets that are not on this machine: a Google Sheets link goes its own way, any other address is read as it is."""

from layersync.errors import InputUnusable
from layersync.sheet.download import USUAL, Patience
from layersync.sheet.google import read_google
from layersync.sheet.linked import read_linked
from layersync.values.address import split_address
from layersync.values.google_sheet import google_sheet
from layersync.values.source_name import source_name


async def read_address(address: str, max_bytes: int, tab: str | None, patience: Patience = USUAL) -> bytes:
    """Reads the sheet at an address. InputUnusable for an address that no sheet may come from, or that has none."""
    try:
        sheet = google_sheet(split_address(address))
    except ValueError as error:
        raise InputUnusable(f"the address of the sheet {error}", "correct the job's source") from None
    if sheet is not None:
        return await read_google(sheet, tab, max_bytes, patience)
    return await read_linked(address, source_name(address), max_bytes, patience)
