"""Reads one workbook after the other in one process: for campaigns only, as the product starts one for each.

Each file comes as its length in eight bytes, then its bytes; the answer is one line: `read`, `refused`, or what else
became of it.
"""

import sys

from layersync.sheet.workbooks.child import limit
from layersync.sheet.workbooks.exchange import Request, write_answer
from layersync.sheet.workbooks.tab import read_tab
from layersync.sheet.workbooks.unreadable import Unreadable


def outcome(raw: bytes) -> str:
    try:
        write_answer(read_tab(raw, Request(tab=None, header_row=1, max_text=10_000_000)))
    except Unreadable:
        return "refused"
    except BaseException as failure:
        # the parser's panics derive from nothing narrower
        return f"{type(failure).__name__}: {failure}".replace("\n", " ")
    return "read"


def main() -> None:
    limit()
    while size := sys.stdin.buffer.read(8):
        raw = sys.stdin.buffer.read(int.from_bytes(size, "big"))
        sys.stdout.write(outcome(raw) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
