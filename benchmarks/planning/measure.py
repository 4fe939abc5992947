"""One measurement, in a process of its own: `python -m benchmarks.planning.measure WAY FOLDER` prints JSON.

What a way imports and prepares is not timed; its memory counts.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from types import ModuleType

from benchmarks.planning.data import crc


def main(way: str, folder: Path) -> None:
    """Measures one way."""
    module = importlib.import_module(f"benchmarks.planning.ways.{way}")
    prepared = module.prepare(folder) if hasattr(module, "prepare") else None
    began, cpu = time.perf_counter(), time.process_time()
    found = module.find(folder) if prepared is None else module.find(folder, prepared)
    took = {"work_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found_what = {"crc": crc(found), "changes": len(set(found))}
    print(json.dumps({**took, "sheet_s": _sheet_s(module, folder), "peak_mib": peak_mib, **found_what}))


def _sheet_s(module: ModuleType, folder: Path) -> float:
    """How long the way reads the sheet alone, where it says: that is part of its time, and of layersync's it is not."""
    began = time.perf_counter()
    if hasattr(module, "sheet"):
        module.sheet(folder)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
