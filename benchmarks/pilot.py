"""Pace of a whole run: a thousand changed projects, over real HTTP, on a real minute or a shortened one.

    python -m benchmarks.pilot                        a real minute: about 70 seconds
    python -m benchmarks.pilot --minute 6 --rows 3000 the same budget every 6 seconds, for longer
    python -m benchmarks.pilot --minute 6 --stranger  another client with the same key eats half of it
    python -m benchmarks.pilot --tier partner --latency 0.2 --rows 3000   a hundred reads a second, far away

Ends with 1 where a healthy run sees a 429 or uses less than 93 % of its share, or where anything leaves before
Retry-After has passed.
"""

import argparse
import csv
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from layersync.sandbox.limits import TIERS
from tests.end_to_end.place import Place, Ran, place_in
from tests.end_to_end.stranger import of_layersync, stranger
from tests.end_to_end.waiting import Throttled, moment, throttled
from tests.sandbox.server import JsonObject, RunningSandbox, running_sandbox

SHARE = 0.9
LEAST = 0.93
OWN_OF_STRANGER = "9cb958b5-11b5-4e30-8675-5d075d52da7c"


@dataclass(frozen=True)
class Figures:
    """What one class of requests came to: how many, how fast, and what the server refused for the rate."""

    times: Sequence[float]
    limit: int
    window_s: float
    refused: Sequence[Throttled]

    @property
    def took_s(self) -> float:
        """From the first request to the last."""
        return self.times[-1] - self.times[0]

    @property
    def per_s(self) -> float:
        """The rate over the run."""
        return len(self.times) / self.took_s

    @property
    def part(self) -> float:
        """The rate over the run as a part of the share that was allowed."""
        return len(self.times) / max(self.took_s, self.window_s) * self.window_s / (self.limit * SHARE)

    @property
    def most_per_window(self) -> int:
        """The most requests in any stretch of one window."""
        first = most = 0
        for last, at in enumerate(self.times):
            while self.times[first] <= at - self.window_s:
                first += 1
            most = max(most, last - first + 1)
        return most

    @property
    def too_early(self) -> int:
        """Requests that left while the server had asked to wait."""
        return sum(len(one.too_early) for one in self.refused)


def main() -> int:
    """Runs the benchmark and prints its figures."""
    flags = _flags()
    with tempfile.TemporaryDirectory() as folder, _sandbox(flags, Path(folder)) as sandbox:
        place = place_in(Path(folder))
        _fill(place, sandbox, flags)
        with _company(sandbox, flags):
            began = time.monotonic()
            with place.started("sync", "-q") as process:
                ran = place.ended(process, _PATIENCE_S)
            took_s = time.monotonic() - began
        entries = sandbox.entries()
        tier = TIERS[flags.tier]
        reads = _figures(entries, "read-light", tier.reads, flags.minute)
        writes = _figures(entries, "write-light", tier.writes, flags.minute)
        _tell(flags, ran, took_s, reads, writes)
        return 0 if _passes(flags, ran, reads, writes) else 1


_PATIENCE_S = 3600


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minute", type=float, default=60.0, metavar="SECONDS", help="length of the minute")
    parser.add_argument("--tier", choices=TIERS, default="pilot")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="of every answer")
    parser.add_argument("--rows", type=int, default=1_000, help="projects to change")
    parser.add_argument("--stranger", action="store_true", help="another client eats half the budget")
    parser.add_argument("--window", choices=("sliding", "fixed", "bucket"), default="sliding", help="how it is counted")
    return parser.parse_args()


def _sandbox(flags: argparse.Namespace, folder: Path) -> AbstractContextManager[RunningSandbox]:
    return running_sandbox(
        *("--tier", flags.tier, "--minute", str(flags.minute), "--window", flags.window, "--records", str(flags.rows)),
        *("--latency", str(flags.latency)),
        log=folder / "requests.jsonl",
    )


def _fill(place: Place, sandbox: RunningSandbox, flags: argparse.Namespace) -> None:
    """Writes a sheet in which every generated project changes; its field is in no listing, so each is read first."""
    guards = "[guards]\nmax_changes = 1000000\n[jobs.projects]\nsource = 'projects.csv'"
    place.configure(sandbox.url, guards)
    config = place.folder / "config.toml"
    config.write_text(config.read_text().replace('window = "1s"', f'window = "{flags.minute:g}s"'))
    ids = list(sandbox.state()["records"]["projects"])[-flags.rows :]
    with (place.folder / "projects.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "tagline"), *((bare, f"pilot {number}") for number, bare in enumerate(ids))])


@contextmanager
def _company(sandbox: RunningSandbox, flags: argparse.Namespace) -> Iterator[None]:
    """The stranger, who has had half of the budget for a whole window when the run begins."""
    if not flags.stranger:
        yield
        return
    tier = TIERS[flags.tier]
    reads, writes = tier.reads / 2 / flags.minute, tier.writes / 2 / flags.minute
    with stranger(sandbox, OWN_OF_STRANGER, reads_per_s=reads, writes_per_s=writes):
        time.sleep(flags.minute)
        yield


def _figures(entries: Sequence[JsonObject], name: str, limit: int, window_s: float) -> Figures:
    of_class = [entry for entry in entries if entry["rate_class"] == name]
    done = [moment(entry) for entry in of_class if of_layersync(entry) and entry["status"] == 200]
    return Figures(done, limit, window_s, list(throttled(of_class, of_layersync)))


def _tell(flags: argparse.Namespace, ran: Ran, took_s: float, reads: Figures, writes: Figures) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{flags.rows:,} rows, tier {flags.tier}, minute of {flags.minute:g} s, {flags.window} window, "
        f"latency {flags.latency:g} s, stranger: {flags.stranger}"
    )
    print(f"exit code {ran.code}, {ran.counts}, {took_s:.1f} s in all, {used.ru_utime + used.ru_stime:.1f} s of CPU")
    for name, one in (("reads", reads), ("writes", writes)):
        print(
            f"{name}: {len(one.times):,} in {one.took_s:.1f} s ({one.per_s:.1f}/s) = {one.part:.0%} of share x tier; "
            f"at most {one.most_per_window:,} in any window ({one.limit * SHARE:,.0f} is the share); "
            f"{len(one.refused)} x 429, {one.too_early} sent before Retry-After had passed"
        )


def _passes(flags: argparse.Namespace, ran: Ran, reads: Figures, writes: Figures) -> bool:
    done = ran.code == 0 and ran.counts == {"changed": flags.rows}
    waited = not (reads.too_early or writes.too_early)
    if flags.stranger:
        return done and waited
    return done and waited and not (reads.refused or writes.refused) and writes.part >= LEAST


if __name__ == "__main__":
    sys.exit(main())
