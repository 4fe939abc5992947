"""The command line: arguments in, words and an exit code out."""

from layersync.cli.main import main

__all__ = ["main"]
