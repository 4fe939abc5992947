"""Writes all sheets of the corpus, and a job for each, into a folder: `python -m tests.corpus DIR`."""

import sys
from pathlib import Path

from tests.corpus.hazards import CASES
from tests.corpus.run import write

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(CASES, folder)
