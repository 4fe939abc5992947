"""Reads workbooks (.xlsx, .ods): parsed by a child process that may fail, so that this one never does."""

from layersync.sheet.workbooks.workbook import is_workbook, read_workbook

__all__ = ["is_workbook", "read_workbook"]
