"""What one request costs the client, over loopback, beside other ways of sending it; and what tier `partner` costs.

    python -m benchmarks.http                    GET of a page and PATCH, 1, 8 and 32 at once, three rounds
    python -m benchmarks.http --rounds 5 --count 2000
    python -m benchmarks.http --partner          only: 100 reads and 50 writes a second, at 20 and at 200 ms latency

Processor time per request; the server is another process. Ways take turns, and "x ours" is the median of the ratios to
layersync's own way in the same round. Peers that are no part of the project come from the package index into an
environment of their own. Ends with 1 where a request of 32 at once costs layersync more than 1.1 times one of 8 (G5),
or where the tier's rate is not reached, or takes 40 % of a core.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

OURS = "layersync_lanes"
AIOHTTP = ("httpx==0.28.1", "httpx-aiohttp==0.2.0")
WAYS: dict[str, tuple[str, ...]] = {
    OURS: (),
    "httpx_pool": (),
    "httpx_client": (),
    "httpx_aiohttp": AIOHTTP,
    "aiohttp_session": AIOHTTP,
}
METHODS, AT_ONCE = ("GET", "PATCH"), (1, 8, 32)
MOST_GROWTH = 1.1
READS_PER_S, WRITES_PER_S, MOST_OF_A_CORE = 100, 50, 0.40
SECONDS = 10  # of the tier's budget that are sent


@dataclass(frozen=True)
class Case:
    """What is sent, and how many of it at once."""

    method: str
    at_once: int


Figures = dict[Case, dict[str, list[float]]]


def main() -> int:
    """Runs the benchmark and prints its tables."""
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--rounds", type=int, default=3)
    flags.add_argument("--count", type=int, default=1_024)
    flags.add_argument("--partner", action="store_true", help="only what the tier costs")
    asked = flags.parse_args()
    met = [_partner(latency_s, asked.rounds) for latency_s in (0.02, 0.2)]
    if not asked.partner:
        met.append(_does_not_grow(_measured(asked.rounds, asked.count)))
    return 0 if all(met) else 1


def _measured(rounds: int, count: int) -> Figures:
    """Measures case after case, and prints each when it is done."""
    print(f"{'':22}" + "".join(f"{way:>24}" for way in WAYS))
    figures: Figures = {}
    with _server(0.0) as url:
        for case in (Case(method, at_once) for method in METHODS for at_once in AT_ONCE):
            figures[case] = {way: [] for way in WAYS}
            for _ in range(rounds):
                for way, needs in WAYS.items():
                    words = [way, url, case.method, str(case.at_once), str(count)]
                    told = json.loads(_python(needs, ["-m", "benchmarks.transports.measure", *words]))
                    figures[case][way].append(told["cpu_us"])
            _print(case, figures[case])
    return figures


def _print(case: Case, by_way: dict[str, list[float]]) -> None:
    cells = []
    for costs in by_way.values():
        ratio = median(cost / ours for cost, ours in zip(costs, by_way[OURS], strict=True))
        cells.append(f"{median(costs):10.0f} us {ratio:5.2f} x ours")
    print(f"{case.method:6} {case.at_once:3} at once  " + "".join(f"{cell:>24}" for cell in cells), flush=True)


def _does_not_grow(figures: Figures) -> bool:
    met = True
    for method in METHODS:
        few, many = (figures[Case(method, at_once)][OURS] for at_once in (8, 32))
        growth = median(more / less for more, less in zip(many, few, strict=True))
        met &= growth <= MOST_GROWTH
        print(f"{'met' if growth <= MOST_GROWTH else 'MISSED'}: {method}, 32 at once cost {growth:.2f} x 8 at once")
    return met


def _partner(latency_s: float, rounds: int) -> bool:
    """Says what the tier costs at a latency: the best of the rounds, as other work on the machine only adds."""
    words = [str(READS_PER_S * SECONDS), str(WRITES_PER_S * SECONDS)]
    with _server(latency_s) as url:
        runs = [json.loads(_python((), ["-m", "benchmarks.transports.partner", url, *words])) for _ in range(rounds)]
    reads, writes = max(run["reads_per_s"] for run in runs), max(run["writes_per_s"] for run in runs)
    of_a_core = [run["cpu_s"] / SECONDS for run in runs]
    met = reads >= READS_PER_S and writes >= WRITES_PER_S and min(of_a_core) < MOST_OF_A_CORE
    print(
        f"{'met' if met else 'MISSED'}: {latency_s * 1000:.0f} ms latency: {reads:.0f} reads and {writes:.0f} writes a"
        f" second are reached; {READS_PER_S} and {WRITES_PER_S} take"
        f" {min(of_a_core):.0%} to {max(of_a_core):.0%} of a core"
    )
    return met


@contextmanager
def _server(latency_s: float) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.transports.server", str(latency_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


def _python(needs: tuple[str, ...], words: list[str]) -> str:
    """Runs a module, in an environment of its own where it needs what the project does not."""
    command = [sys.executable, *words]
    if needs:
        added = [word for need in needs for word in ("--with", need)]
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        uv = [os.environ.get("UV", "uv"), "run", "--quiet", "--isolated", "--no-project", "--python", version, *added]
        command = [*uv, "python", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
