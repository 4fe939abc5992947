"""How the live records were read, and at what price, in words."""

from datetime import UTC, datetime

from layersync.values.reads import Reads


def reads_sentence(reads: Reads) -> str:
    """`read 10 pages of the listing and 3 records: 13 requests (one by one: 2,000)`."""
    told = [_count(reads.pages, "page of the listing", "pages of the listing"), _count(reads.records, "record")]
    told = [part for part in (*told, _count(reads.lookups, "lookup")) if part]
    way = f"read {' and '.join(told)}: {_count(reads.requests, 'request')}" if told else "nothing had to be read"
    compared = f" (one by one: {reads.one_by_one:,})" if reads.pages else ""
    return f"{way}{compared}{_remembered(reads)}"


def since(reads: Reads) -> datetime | None:
    """When the oldest of the records was read that were not read now."""
    return None if reads.remembered_since is None else datetime.fromtimestamp(reads.remembered_since, UTC)


def _remembered(reads: Reads) -> str:
    oldest = since(reads)
    if oldest is None:
        return ""
    taken = _count(reads.remembered, "record")
    return f"; {taken} from memory, read on {oldest:%Y-%m-%d %H:%M} UTC or later: the listing shows no change since"


def _count(number: int, one: str, many: str = "") -> str:
    return "" if not number else f"{number:,} {one if number == 1 else many or one + 's'}"
