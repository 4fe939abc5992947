"""Reads the sheet: read right, or refused at the exact cell; never guessed."""
