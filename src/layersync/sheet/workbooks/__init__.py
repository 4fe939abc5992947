"""Reads workbooks (.xlsx, .ods): parsed by a child process that may fail, so that this one never does."""
