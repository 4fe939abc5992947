"""What reading and checking a sheet costs, beside the least that anybody could do with the same bytes.

    python -m benchmarks.sheet                 200,000 rows x 15 columns, five rounds
    python -m benchmarks.sheet --rows 50000

The least is polars.read_csv plus one strict pass of the csv module: neither alone finds what must be found. Both sides
are measured in turn, in one process; the ratio is the median of those of the rounds. Ends with 1 where reading and
checking costs more than three times the least.
"""

import argparse
import csv
import io
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import polars as pl

from layersync.resources import RESOURCES
from layersync.sheet.reading import read_sheet
from layersync.values.rules import SheetRules

MOST = 3.0
HEADER = (
    "id",
    "name",
    "status",
    "ownerEmail",
    "timezone",
    "primaryLanguage",
    "customerExternalId",
    "appName",
    "appDescription",
    "tagline",
    "brandVoice",
    "targetGender",
    "metadata.crm",
    "metadata.tier",
    "_notes",
)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")
LANGUAGES = ("en", "de", "pt-BR", "ja")
VOICES = ("authentic", "witty", "warm", "")
STORIES = (
    "",
    'An app that counts what you eat, and tells you, "kindly", what to cook tonight with what is left in the fridge.',
    "Zwei Zeilen über das Laufen:\ndie erste für den Anfang, die zweite für alle, die schon länger dabei sind.",
)


def main() -> int:
    """Runs the benchmark and prints its figures."""
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--rows", type=int, default=200_000)
    flags.add_argument("--rounds", type=int, default=5)
    asked = flags.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects.csv"
        write(path, asked.rows)
        raw = path.read_bytes()
        before = peak_mb()
        least_s, ours_s = [], []
        for _ in range(asked.rounds):
            least_s.append(took_s(lambda: least(raw)))
            ours_s.append(took_s(lambda: ours(path, asked.rows)))
    ratios = [mine / other for mine, other in zip(ours_s, least_s, strict=True)]
    ratio = statistics.median(ratios)
    print(f"{asked.rows:,} rows x {len(HEADER)} columns, {len(raw) / 1e6:.1f} MB; medians of {asked.rounds} rounds")
    print(f"polars.read_csv + strict csv pass  {statistics.median(least_s):6.2f} s")
    print(f"read and checked                   {statistics.median(ours_s):6.2f} s")
    spread = f"from {min(ratios):.2f} to {max(ratios):.2f}; at most {MOST:.0f}"
    print(f"of the same round                  {ratio:6.2f} x ({spread})")
    print(f"peak memory                        {peak_mb():6.0f} MB  (before both: {before:.0f} MB)")
    return 0 if ratio <= MOST else 1


def write(path: Path, rows: int) -> None:
    """Writes a sheet without a fault."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(map(row, range(rows)))


def row(number: int) -> tuple[str, ...]:
    """A row as a customer would have it: some cells blank, some long, some with what needs quotes."""
    return (
        str(UUID(int=number + 1, version=4)),
        f"Project {number}",
        "active" if number % 9 else "archived",
        f"team{number % 500}@example.com",
        ZONES[number % len(ZONES)],
        LANGUAGES[number % len(LANGUAGES)],
        f"crm-{number:07d}",
        f"App {number}" if number % 3 else "",
        STORIES[number % len(STORIES)],
        f"The app for number {number}, café included",
        VOICES[number % len(VOICES)],
        "all",
        f"{number * 7}",
        "gold" if number % 5 else "",
        "asked again" if number % 50 == 0 else "",
    )


def least(raw: bytes) -> None:
    """The two passes that tell a sound sheet from a broken one, and nothing else."""
    pl.read_csv(raw, infer_schema=False)
    for _ in csv.reader(io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", newline=""), strict=True):
        pass


def ours(path: Path, rows: int) -> None:
    """What layersync does before it sends anything."""
    found = read_sheet(SheetRules(job="projects", source=str(path), key="id"), RESOURCES["projects"])
    assert found.rows.height == rows
    assert found.problems == ()


def took_s(work: Callable[[], None]) -> float:
    """Processor time, which a busy machine does not change as much as the time on the wall."""
    began = time.process_time()
    work()
    return time.process_time() - began


def peak_mb() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
