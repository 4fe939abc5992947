"""One way of pacing, in a process of its own: `python -m benchmarks.pacers.send WAY TASK` sends and prints who is lost.

It waits for a line on stdin when it is ready, so that all ways begin in the same moment.
"""

import asyncio
import importlib
import sys
from pathlib import Path

from benchmarks.pacers.errand import read_task


def main(way: str, task: Path) -> None:
    """Sends the task."""
    module = importlib.import_module(f"benchmarks.pacers.{way}")
    print("ready", flush=True)
    if sys.stdin.readline():  # else the benchmark is gone
        print(asyncio.run(module.send(read_task(task))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
