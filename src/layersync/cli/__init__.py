"""The command line: arguments in, words and an exit code out."""

from layersync.cli.program import main

__all__ = ["main"]
