"""Ways of keeping to a rate limit, side by side: the same PATCHes, the same server, a key and a budget each.

    python -m benchmarks.pacing                              a real minute: every policy, alone and in company
    python -m benchmarks.pacing --minute 30                  the same budget every 30 seconds
    python -m benchmarks.pacing --only sliding,headers,alone

Each cell is one sandbox (how it counts, whether its answers say what remains) and one company (alone, or beside a
stranger with the same key who takes half and heeds no answer). "Ideal" is what share x tier over a rolling minute
allows; beside a stranger, the half that the stranger leaves, and the burst that a full bucket lends besides. All
figures come out of the sandbox's log. Ends with 1 where layersync misses a goal (performance.md, G6 to G8).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from layersync.sandbox.limits import TIERS
from tests.end_to_end.stranger import MARK, stranger
from tests.end_to_end.waiting import moment, throttled
from tests.sandbox.server import JsonObject, RunningSandbox, running_sandbox

OURS, SHARE = "layersync_client", 0.9
PEERS = {
    "sequential_exponential": ("httpx==0.28.1", "tenacity==9.2.1"),
    "semaphore_retry_after": ("httpx==0.28.1", "tenacity==9.2.1"),
    "limiter_retry_after": ("httpx==0.28.1", "tenacity==9.2.1", "aiolimiter==1.3.0"),
    "stamina_defaults": ("httpx==0.28.1", "stamina==26.1.0"),
}


@dataclass(frozen=True)
class Cell:
    """One server and one company."""

    policy: str
    headers: bool
    company: bool

    def __str__(self) -> str:
        told = "headers" if self.headers else "no headers"
        return f"{self.policy}, {told}, {'beside a stranger' if self.company else 'alone'}"


@dataclass(frozen=True)
class Figures:
    """What one way came to in one cell: seconds, requests, refusals, requests before their time, and rows given up.

    `kept` is the part of the stranger's requests that the server took meanwhile; None where there was no stranger.
    """

    took_s: float
    ideal_s: float
    sent: int
    refused: int
    early: int
    lost: int
    kept: float | None

    @property
    def times_ideal(self) -> float:
        """Completion time / ideal time."""
        return self.took_s / self.ideal_s

    @property
    def refused_part(self) -> float:
        """Requests that were for nothing, as a part of all."""
        return self.refused / self.sent


def main() -> int:
    """Runs the cells and prints their figures."""
    flags = _flags()
    missed = 0
    for cell in _cells(flags.only):
        print(f"\n{cell}", flush=True)
        found = _measured(cell, flags)
        for way, one in found.items():
            print(
                f"  {way:24}{one.took_s:7.1f} s  {one.times_ideal:5.2f} x ideal  {one.refused:5} x 429 "
                f"({one.refused_part:6.2%})  {one.early:4} early  {one.lost:4} lost"
                + ("" if one.kept is None else f"  the stranger keeps {one.kept:.0%}"),
                flush=True,
            )
        missed += sum(not met for met in _goals(cell, found[OURS]))
    return 1 if missed else 0


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minute", type=float, default=60.0, metavar="SECONDS", help="length of the minute")
    parser.add_argument("--tier", choices=TIERS, default="pilot")
    parser.add_argument("--windows", type=int, default=2, help="how many windows the ideal takes")
    parser.add_argument("--only", default="", help="sliding, fixed, bucket, headers, bare, alone, stranger; by commas")
    return parser.parse_args()


def _cells(only: str) -> list[Cell]:
    words = set(only.split(",")) - {""}
    policies = [
        one for one in ("fixed", "sliding", "bucket") if one in words or not words & {"fixed", "sliding", "bucket"}
    ]
    headers = [
        told for told, word in ((True, "headers"), (False, "bare")) if word in words or not words & {"headers", "bare"}
    ]
    company = [
        there
        for there, word in ((False, "alone"), (True, "stranger"))
        if word in words or not words & {"alone", "stranger"}
    ]
    return [Cell(*one) for one in product(policies, headers, company)]


def _measured(cell: Cell, flags: argparse.Namespace) -> dict[str, Figures]:
    limit = TIERS[flags.tier].writes
    share, ways = int(limit * SHARE), (OURS, *PEERS)
    count = flags.windows * share + 1
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        sandbox = parts.enter_context(_sandbox(cell, flags, len(ways) * count, folder))
        paths = [f"/v1/projects/{one}" for one in list(sandbox.state()["records"]["projects"])[-len(ways) * count :]]
        slices = {way: tuple(paths[at * count : (at + 1) * count]) for at, way in enumerate(ways)}
        tasks = {way: _written(folder, way, sandbox, mine, share, flags.minute) for way, mine in slices.items()}
        started = {way: parts.enter_context(_started(way, task)) for way, task in tasks.items()}
        for process in started.values():
            _told(process)
        if cell.company:
            for way, mine in slices.items():
                rate = limit / 2 / flags.minute
                other = stranger(sandbox, mine[0].rpartition("/")[2], reads_per_s=0.1, writes_per_s=rate, key=_key(way))
                parts.enter_context(other)
            time.sleep(flags.minute)
        for process in started.values():
            _tell(process)
        lost = {way: int(_told(process)) for way, process in started.items()}
        entries = sandbox.entries()
    ideal_s = _ideal_s(cell, count, limit, flags.minute)
    return {way: _figures(entries, set(slices[way]), ideal_s, lost[way]) for way in ways}


def _sandbox(
    cell: Cell, flags: argparse.Namespace, records: int, folder: Path
) -> AbstractContextManager[RunningSandbox]:
    told = "--rate-headers" if cell.headers else "--no-rate-headers"
    words = ("--tier", flags.tier, "--minute", str(flags.minute), "--window", cell.policy, told)
    return running_sandbox(*words, "--records", str(records), log=folder / "requests.jsonl")


def _key(way: str) -> str:
    return f"lp_test_pacing_{way}"


def _written(
    folder: Path, way: str, sandbox: RunningSandbox, paths: Sequence[str], share: int, window_s: float
) -> Path:
    task = {"url": sandbox.url, "key": _key(way), "paths": paths, "limit": share, "window_s": window_s}
    path = folder / f"{way}.json"
    path.write_text(json.dumps(task))
    return path


@contextmanager
def _started(way: str, task: Path) -> Iterator[subprocess.Popen[str]]:
    words = ["-m", "benchmarks.pacers.send", way, str(task)]
    if way == OURS:
        command = [sys.executable, *words]
    else:
        needs = [word for need in PEERS[way] for word in ("--with", need)]
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        uv = [os.environ.get("UV", "uv"), "run", "--isolated", "--no-project", "--python", version]
        command = [*uv, *needs, "python", *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"a way of pacing ended with {process.wait(10)}")
    return line


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _ideal_s(cell: Cell, count: int, limit: int, window_s: float) -> float:
    share = int(limit * SHARE)
    alone_s = (-(-count // share) - 1) * window_s
    lent = share if cell.policy == "bucket" else 0
    return max(alone_s, (count - lent) / (limit / 2 / window_s)) if cell.company else alone_s


def _figures(entries: Sequence[JsonObject], paths: set[str], ideal_s: float, lost: int) -> Figures:
    writes = [one for one in entries if one["method"] == "PATCH" and one["path"] in paths]
    mine = [one for one in writes if MARK not in one["query"]]
    done = [moment(one) for one in mine if one["status"] == 200]
    refused = list(throttled(mine, lambda _: True))
    early = {one["request_id"] for told in refused for one in told.too_early}
    began, ended = moment(mine[0]), done[-1]
    others = [one for one in writes if MARK in one["query"] and began <= moment(one) <= ended]
    kept = sum(one["status"] == 200 for one in others) / len(others) if others else None
    return Figures(ended - began, ideal_s, len(mine), len(refused), len(early), lost, kept)


def _goals(cell: Cell, ours: Figures) -> Iterator[bool]:
    """Says of every goal of the cell whether it is met."""
    if cell.company:
        least, most = 0.95, 0.03
    elif cell.headers:
        least, most = 0.97, 0.001
    else:
        least, most = 0.85 if cell.policy == "bucket" else 0.93, 0.005
    goals = {
        f"at least {least:.0%} of the ideal rate (it is {1 / ours.times_ideal:.1%})": 1 / ours.times_ideal >= least,
        f"at most {most:.1%} refused (it is {ours.refused_part:.2%})": ours.refused_part <= most,
        "none before its time": ours.early == 0,
        "none lost": ours.lost == 0,
    }
    if cell.company:
        goals[f"at most 105% of the ideal rate (it is {1 / ours.times_ideal:.1%})"] = 1 / ours.times_ideal <= 1.05
    for goal, met in goals.items():
        print(f"  {'met' if met else 'MISSED'}: {goal}", flush=True)
        yield met


if __name__ == "__main__":
    sys.exit(main())
