"""A draft as CSV: UTF-8 with a byte order mark, as spreadsheet programs open it right."""

import codecs
import csv
import io

from layersync.export.draft import Draft


def csv_sheet(draft: Draft, header_row: int) -> bytes:
    """Gives the bytes; the header stands in row `header_row`, below blank ones. Every text is exact, formulas too."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([[]] * (header_row - 1))
    writer.writerow(column.header for column in draft.columns)
    writer.writerows(draft.rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()
