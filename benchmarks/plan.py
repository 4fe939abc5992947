"""What planning costs, beside other ways of finding the same changes: one run, the same files, a process each.

    python -m benchmarks.plan                                 100,000 rows, three rounds
    python -m benchmarks.plan --rows 250000 --rounds 5
    python -m benchmarks.plan --only layersync_plan,polars_hash,duckdb_join
    python -m benchmarks.plan --free                          keys of metadata that nobody knows beforehand

layersync plans from the checked sheet and the bodies of the listing's pages as the API sends them, with its own parser,
read planner and comparison; the check of the sheet and the client (gates, retries, judgement) are timed apart;
the others read the two files. The floor is `polars_hash`: read both, hash the rows, join (id, hash), compare the rest
exactly. Ways take turns; "x floor" is the median of the ratios to the floor of the same round, so that a machine with
other work to do matters less. Every way must find exactly the same (id, field). Peers that are no part of the project
come from the package index into environments of their own. Ends with 1 where a goal is missed or an answer is wrong.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.planning import data

FLOOR, OURS = "polars_hash", "layersync_plan"
SLOW_UP_TO = 100_000
MOST_TIME, MOST_PEAK = 1.5, 0.75
FASTER_THAN = {"naive_dicts": 4.0, "diffsync_models": 25.0, "deepdiff_records": 60.0}  # at 100,000 rows


@dataclass(frozen=True)
class Way:
    """A way of planning: where it runs, and how much patience it takes."""

    name: str
    needs: tuple[str, ...] = ()  # of an environment without the project; empty: in this one
    slow: bool = False  # not beyond SLOW_UP_TO rows
    once: bool = False  # one round


WAYS = (
    Way(FLOOR),
    Way(OURS),
    Way("duckdb_join", ("duckdb==2.0.0",)),
    Way("naive_dicts"),
    Way("pydantic_rows", slow=True),
    Way("csv_diff_keys", ("csv-diff==1.2",), slow=True, once=True),
    Way("datacompy_frames", ("datacompy==1.1.0", "polars<1.45")),
    Way("diffsync_models", ("diffsync==2.2.3",), slow=True, once=True),
    Way("deepdiff_records", ("deepdiff==9.1.0",), slow=True, once=True),
)


@dataclass
class Measured:
    """What one way came to, round by round; the ratios are to the floor of the same round."""

    work_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    time_ratio: list[float] = field(default_factory=list)
    peak_ratio: list[float] = field(default_factory=list)


def main() -> int:
    """Runs the benchmark and prints its table."""
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--rows", type=int, default=100_000)
    flags.add_argument("--rounds", type=int, default=3)
    flags.add_argument("--only", default="", help="names of ways, by commas; the floor always runs")
    flags.add_argument("--free", action="store_true", help="metadata whose keys differ from record to record")
    flags.add_argument("--folder", type=Path, help="where the files are, or are to be kept")
    asked = flags.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        _prepare(folder, asked.rows, asked.free)
        print(f"the client, which is no part of the plan: {_python(['-m', 'benchmarks.planning.client', str(folder)])}")
        found = _rounds(folder, _chosen(asked.only, asked.rows, asked.free), asked.rounds)
    if found is None:
        return 1
    _print(found)
    return 1 if _missed(found, asked.rows) else 0


def _prepare(folder: Path, rows: int, free: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "truth.json").exists():
        data.write(folder, rows, free)
    size = sum((folder / name).stat().st_size for name in ("sheet.csv", "live.ndjson")) / 1e6
    print(f"{rows:,} rows x {len(data.FIELDS)} columns, {size:,.0f} MB")
    if not (folder / "checked.pickle").exists():
        took = _python(["-m", "benchmarks.planning.checked", str(folder)])
        print(f"the sheet read and checked in {took.strip()} s, which is no part of the plan")


def _chosen(only: str, rows: int, free: bool) -> list[Way]:
    names = set(only.split(",")) - {""}
    ways = [way for way in WAYS if way.name == FLOOR or not names or way.name in names]
    knows_keys = {FLOOR, "datacompy_frames"} if free else set()
    return [way for way in ways if (rows <= SLOW_UP_TO or not way.slow) and way.name not in knows_keys]


def _rounds(folder: Path, ways: list[Way], rounds: int) -> dict[str, Measured] | None:
    """Lets the ways take turns; None where one of them found something else."""
    truth = json.loads((folder / "truth.json").read_text())
    found: dict[str, Measured] = {way.name: Measured() for way in ways}
    for number in range(rounds):
        first: dict[str, float] = {}
        for way in ways if number == 0 else [way for way in ways if not way.once]:
            told = json.loads(_measured(way, folder))
            if told["crc"] != truth["crc"]:
                print(f"{way.name} found {told['changes']} changes, not the {truth['changes']} that there are")
                return None
            first = first or told
            _note(found[way.name], told, first)
    return found


def _note(measured: Measured, told: dict[str, float], first: dict[str, float]) -> None:
    measured.work_s.append(told["work_s"])
    measured.cpu_s.append(told["cpu_s"])
    measured.peak_mib.append(told["peak_mib"])
    measured.time_ratio.append(told["work_s"] / first["work_s"])
    measured.peak_ratio.append(told["peak_mib"] / first["peak_mib"])


def _measured(way: Way, folder: Path) -> str:
    module = ["-m", "benchmarks.planning.measure", way.name, str(folder)]
    if not way.needs:
        return _python(module).splitlines()[-1]
    needs = [word for need in way.needs for word in ("--with", need)]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    uv = [os.environ.get("UV", "uv"), "run", "--isolated", "--no-project", "--python", version, *needs, "python"]
    return _output([*uv, *module]).splitlines()[-1]


def _python(words: list[str]) -> str:
    return _output([sys.executable, *words])


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _print(found: dict[str, Measured]) -> None:
    print(f"{'way':18} {'work s':>8} {'CPU s':>8} {'x floor':>8} {'peak MiB':>9} {'x floor':>8}")
    for name, one in found.items():
        time = f"{median(one.work_s):8.2f} {median(one.cpu_s):8.2f} {median(one.time_ratio):8.2f}"
        print(f"{name:18} {time} {median(one.peak_mib):9.0f} {median(one.peak_ratio):8.2f}")


def _missed(found: dict[str, Measured], rows: int) -> bool:
    """Says which goals were missed."""
    ours, floor = found.get(OURS), found.get(FLOOR)
    if ours is None or floor is None:
        return False
    goals = {
        f"at most {MOST_TIME} x the floor's time": median(ours.time_ratio) <= MOST_TIME,
        f"at most {MOST_PEAK} x the floor's peak": median(ours.peak_ratio) <= MOST_PEAK,
    }
    for name, times in FASTER_THAN.items():
        if rows == SLOW_UP_TO and name in found:
            faster = median(found[name].time_ratio) / median(ours.time_ratio)
            goals[f"{times:.0f} x faster than {name} (it is {faster:.1f} x)"] = faster >= times
    for goal, met in goals.items():
        print(f"{'met' if met else 'MISSED'}: {goal}")
    return not all(goals.values())


if __name__ == "__main__":
    sys.exit(main())
