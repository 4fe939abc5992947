"""Tells what a run meant to do and how it went: one file per format, each returning strings; the caller writes them."""
