"""Reads the sheet: read right, or refused at the exact cell; never guessed."""

from layersync.sheet.reading import read_sheet

__all__ = ["read_sheet"]
