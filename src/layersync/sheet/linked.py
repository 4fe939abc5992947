"""Sheets at an https address: asked for without any key, and only of the host that the address names."""

from layersync.errors import InputUnusable
from layersync.sheet.answered import bytes_of
from layersync.sheet.download import Patience, download
from layersync.sheet.web import Origin, WebRequest


async def read_linked(address: str, name: str, max_bytes: int, patience: Patience) -> bytes:
    """Reads all bytes at an address; messages call it `name`. InputUnusable where there is no sheet."""
    answer = await download(name, WebRequest(url=address, may_follow=same_host), max_bytes, patience)
    kind = "answers with a web page instead of a sheet" if answer.status == 200 else "asks for a login"
    private = InputUnusable(
        f"{name} {kind} (HTTP {answer.status})",
        "layersync sends no password: give an address that answers with the sheet itself, or download it to a file",
    )
    return bytes_of(name, answer, private)


def same_host(here: Origin, there: Origin) -> bool:
    """A redirect may lead to the same host only, and never out of https."""
    return here == there
