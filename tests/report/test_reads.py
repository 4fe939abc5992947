"""What a report says of the way in which the records were read, and of its price."""

import pytest

from layersync.report.reads import reads_sentence
from layersync.report.summary_md import summary_md
from layersync.report.terminal import summary_text
from layersync.values.plan import PlanState
from layersync.values.reads import Reads
from tests.report.made import job, line, plan, report

NIGHT = 1_795_221_063.0
REMEMBERED = Reads(pages=10, records=1, remembered=1999, remembered_since=NIGHT, one_by_one=2000)

SENTENCES = [
    (Reads(pages=10, one_by_one=2000), "read 10 pages of the listing: 10 requests (one by one: 2,000)"),
    (Reads(records=50, one_by_one=50), "read 50 records: 50 requests"),
    (Reads(records=1, lookups=1, one_by_one=2), "read 1 record and 1 lookup: 2 requests"),
    (
        REMEMBERED,
        "read 10 pages of the listing and 1 record: 11 requests (one by one: 2,000); 1,999 records from memory, read "
        "on 2026-11-21 00:31 UTC or later: the listing shows no change since",
    ),
    (Reads(), "nothing had to be read"),
]


@pytest.mark.parametrize(("reads", "told"), SENTENCES)
def test_the_way_and_its_price_are_one_sentence(reads: Reads, told: str) -> None:
    assert reads_sentence(reads) == told


@pytest.mark.parametrize(
    ("reads", "way"),
    [
        (Reads(pages=1), "listing"),
        (Reads(records=1), "one by one"),
        (Reads(lookups=1), "one by one"),
        (Reads(pages=1, lookups=1), "mix"),
        (Reads(), "none"),
    ],
)
def test_the_way_has_a_name(reads: Reads, way: str) -> None:
    assert reads.way == way


def told(reads: Reads) -> str:
    made = report(job(plan([line(2, PlanState.UNCHANGED)], reads=reads)))
    return " ".join(" ".join(text.plain.split()) for text in summary_text(made))


def test_a_preview_that_rests_on_what_is_remembered_says_so() -> None:
    assert (
        "1,999 records from memory, read on 2026-11-21 00:31 UTC or later: the listing shows no change since"
        in told(REMEMBERED)
    )


def test_a_terminal_is_not_told_of_every_reading_but_files_are() -> None:
    reads = Reads(pages=10, one_by_one=2000)
    assert "pages" not in told(reads)
    made = report(job(plan([line(2, PlanState.UNCHANGED)], reads=reads)))
    assert "read 10 pages of the listing: 10 requests (one by one: 2,000)" in summary_md(made)
