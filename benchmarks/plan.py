"""What planning costs, beside other ways of finding the same changes: one run, the same files, a process each.

    python -m benchmarks.plan                                 100,000 rows, three rounds
    python -m benchmarks.plan --rows 10000,100000,250000      one size after the other, and how the cost grows
    python -m benchmarks.plan --only layersync_plan,polars_hash,duckdb_join
    python -m benchmarks.plan --free                          keys of metadata that nobody knows beforehand
    python -m benchmarks.plan --rounds 5 --patient            ratios to the slowest ways that are of five rounds, too

layersync plans from the checked sheet and the bodies of the listing's pages as the API sends them, with its own parser,
read planner and comparison; the check of the sheet and the client (gates, retries, judgement) are timed apart.
The others read the same records, a line each, and the sheet; what the floor and naive dicts spend on the sheet alone is
told beside it, and the last column leaves it out. The floor is `polars_hash`: read both, hash the rows, join (id,
hash), compare the rest exactly. Ways take turns; "x floor" is the median of the ratios to the floor of the same round,
so that a machine with other work to do matters less. Every way must find exactly the same (id, field). Peers that are
no part of the project come from the package index into environments of their own. Ends with 1 where a goal is missed or
an answer is wrong: the floor's time and peak from 250,000 rows on, the peers' time at 100,000.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median

from benchmarks.planning import data

FLOOR, OURS = "polars_hash", "layersync_plan"
SLOW_UP_TO = 100_000
FLOOR_FROM = 250_000
MOST_TIME, MOST_PEAK = 1.5, 0.75
FASTER_THAN = {"naive_dicts": 4.0, "diffsync_models": 25.0, "deepdiff_records": 60.0}  # at 100,000 rows


@dataclass(frozen=True)
class Way:
    """A way of planning: where it runs, and how much patience it takes."""

    name: str
    needs: tuple[str, ...] = ()  # of an environment without the project; empty: in this one
    slow: bool = False  # not beyond SLOW_UP_TO rows
    once: bool = False  # one round, unless `--patient`


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
    sheet_s: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    time_ratio: list[float] = field(default_factory=list)
    cpu_ratio: list[float] = field(default_factory=list)
    bare_ratio: list[float] = field(default_factory=list)  # without the time that either needs for the sheet
    peak_ratio: list[float] = field(default_factory=list)


def main() -> int:
    """Runs the benchmark and prints its table."""
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--rows", default="100000", help="one number, or several by commas")
    flags.add_argument("--rounds", type=int, default=3)
    flags.add_argument("--only", default="", help="names of ways, by commas; the floor always runs")
    flags.add_argument("--free", action="store_true", help="metadata whose keys differ from record to record")
    flags.add_argument("--patient", action="store_true", help="the slowest ways take part in every round")
    flags.add_argument("--folder", type=Path, help="where the files are, or are to be kept")
    asked = flags.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    sizes = [int(number) for number in asked.rows.split(",")]
    ended = [_one_size(rows, asked) for rows in sizes]
    for (rows, one), (more, other) in pairwise(zip(sizes, ended, strict=True)):
        if one.ours_s and other.ours_s:
            exponent = log(other.ours_s / one.ours_s) / log(more / rows)
            print(f"from {rows:,} to {more:,} rows layersync's CPU time grows with the exponent {exponent:.2f}")
    return 0 if all(one.good for one in ended) else 1


@dataclass(frozen=True)
class Ended:
    """How one size ended: whether all was right and every goal met, and layersync's CPU time."""

    good: bool
    ours_s: float = 0.0


def _one_size(rows: int, asked: argparse.Namespace) -> Ended:
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder / str(rows) if asked.folder else Path(temporary)
        _prepare(folder, rows, asked.free)
        print(f"the client, which is no part of the plan: {_python(['-m', 'benchmarks.planning.client', str(folder)])}")
        found = _rounds(folder, _chosen(asked.only, rows, asked.free), asked.rounds, patient=asked.patient)
    if found is None:
        return Ended(good=False)
    _print(found)
    return Ended(not _missed(found, rows), median(found[OURS].cpu_s) if OURS in found else 0.0)


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


def _rounds(folder: Path, ways: list[Way], rounds: int, *, patient: bool) -> dict[str, Measured] | None:
    """Lets the ways take turns; None where one of them found something else."""
    truth = json.loads((folder / "truth.json").read_text())
    found: dict[str, Measured] = {way.name: Measured() for way in ways}
    for number in range(rounds):
        first: dict[str, float] = {}
        for way in ways if number == 0 or patient else [way for way in ways if not way.once]:
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
    measured.sheet_s.append(told["sheet_s"])
    measured.peak_mib.append(told["peak_mib"])
    measured.time_ratio.append(told["work_s"] / first["work_s"])
    measured.cpu_ratio.append(told["cpu_s"] / first["cpu_s"])
    measured.bare_ratio.append((told["work_s"] - told["sheet_s"]) / (first["work_s"] - first["sheet_s"]))
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
    """Medians; "x floor" are medians of ratios of one round: wall time, CPU time, peak, wall time without the sheet."""
    heads = ("work s", "x floor", "CPU s", "x floor", "peak MiB", "x floor", "sheet s", "x floor")
    print(f"{'way':18}" + "".join(f"{head:>9}" for head in heads))
    for name, one in found.items():
        columns = (one.work_s, one.time_ratio, one.cpu_s, one.cpu_ratio, one.peak_mib, one.peak_ratio)
        print(f"{name:18}" + "".join(f"{median(c):9.2f}" for c in (*columns, one.sheet_s, one.bare_ratio)))


def _missed(found: dict[str, Measured], rows: int) -> bool:
    """Says which goals were missed."""
    ours, floor = found.get(OURS), found.get(FLOOR)
    if ours is None or floor is None:
        return False
    goals: dict[str, bool] = {}
    if rows >= FLOOR_FROM:
        goals[f"at most {MOST_TIME} x the floor's time"] = median(ours.time_ratio) <= MOST_TIME
        goals[f"at most {MOST_PEAK} x the floor's peak"] = median(ours.peak_ratio) <= MOST_PEAK
    for name, times in FASTER_THAN.items():
        if rows == SLOW_UP_TO and name in found:
            faster = median(found[name].time_ratio) / median(ours.time_ratio)
            goals[f"{times:.0f} x faster than {name} (it is {faster:.1f} x)"] = faster >= times
    for goal, met in goals.items():
        print(f"{'met' if met else 'MISSED'}: {goal}")
    return not all(goals.values())


if __name__ == "__main__":
    sys.exit(main())
