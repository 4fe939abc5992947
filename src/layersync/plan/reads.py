"""Which reads answer what the sheet asks, decided again each time answers arrive.

`next_reads(known)` gives the requests to make now, all independent of each other, or nothing when enough is known;
`learn(known, answers)` adds what came back, at a cost that depends on the answers alone. Listing goes on only while it
can still be cheaper than asking for the remaining records one by one, so that no more than twice the fewest possible
requests (and one page) are ever made.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from layersync.plan.asking import Answer, Found, GetRecord, ListPage, Lookup, NotFound, Page, Read, Recall
from layersync.plan.known import Crawl, Known, file_page
from layersync.plan.slots import Excerpt

_SAMPLE = 10  # probes sent together while nothing of a sheet was found yet
_PROBES = 30  # after so many misses and no hit the sheet is a wrong one: no more questions


def next_reads(known: Known) -> tuple[Read, ...]:
    """Gives the reads to make now, each read once; none when everything is known, or the sheet is plainly wrong."""
    if _hopeless(known):
        return ()
    pages = tuple(_pages(known))
    return (*pages, *_singles(known))


def learn(known: Known, answers: Iterable[tuple[Read, Answer]]) -> Known:
    """Adds answers to what is known, which it gives back; each read is answered exactly once."""
    for read, answer in answers:
        match read, answer:
            case GetRecord(key), Found(record, read_at):
                known.full[known.at[key]] = known.shelf.put([known.at[key]], [record], read_at)
                _see_made([record], known)
            case Recall(key), Found(record, read_at) if known.at[key] in known.remembered.unmoved:
                known.full[known.at[key]] = known.shelf.put([known.at[key]], [record], read_at)
                known.remembered.recalled.add(known.at[key])
            case Recall(key), _:  # it can't be used, or the listing has shown meanwhile that it moved
                known.remembered.forget(known.at[key])
                known.in_full[known.at[key]] = known.some_in_full = True
                known.single.append(known.at[key])
            case ListPage(parent), Page(_, cursor):
                known.shelf.cut.put_under(parent, answer.items)
                if known.reach is not None:
                    known.reach.see_page(answer.items)
                _, answered = file_page(answer, known)
                brought = _spared(answered, known)
                before = known.crawls.get(parent, Crawl())
                spared = before.spared + brought
                known.crawls[parent] = Crawl(before.pages + 1, cursor, cursor is None, brought, spared)
            case ListPage(parent), NotFound():
                known.crawls[parent] = replace(known.crawls.get(parent, Crawl()), done=True)
            case Lookup(key), Page():
                _see_made(answer.items, known)
                lines, _ = file_page(answer, known)
                known.single += lines
                known.missing |= set() if known.at[key] in lines else {key}
            case ((GetRecord(key) | Lookup(key)), _):
                known.missing.add(key)
    return known


def _hopeless(known: Known) -> bool:
    return len(known.at) >= _SAMPLE and not known.shelf.lines and len(known.missing) >= _PROBES


def _pages(known: Known) -> Iterator[ListPage]:
    """Goes on with the listings that can still be cheaper than single reads; gives up the others for good.

    A listing may have cost as much as single reads of all that is left. Beyond that it goes on while each page brings
    more than one record, so that the end of a listing which has them all is not asked for record by record.
    """
    for parent, left in tuple(known.listable.left.items()):
        crawl = known.crawls.get(parent, Crawl())
        may_pay = crawl.pages + 1 < left or min(crawl.brought, left) > 1
        if crawl.done or not may_pay or _is_far(crawl, left, known):
            known.single += known.listable.give_up(parent)
        elif wanted := _probes(crawl, known):
            known.single += known.listable.some_of(parent, wanted)
        else:
            yield ListPage(parent, crawl.cursor)


def _is_far(crawl: Crawl, left: int, known: Known) -> bool:
    """Tells that a listing which has not brought what it cost is not likely to."""
    return crawl.pages > crawl.spared and known.reach is not None and known.reach.is_far(left)


def _probes(crawl: Crawl, known: Known) -> int:
    """How many rows to ask for by themselves before the listing goes on."""
    if known.reach is None:
        return 0
    wanted = known.reach.probes(crawl.pages, crawl.spared)
    known.reach.asked += wanted
    return wanted


def _see_made(records: Sequence[Excerpt], known: Known) -> None:
    if known.reach is not None:
        for record in records:
            known.reach.see_record(record)


def _singles(known: Known) -> Iterator[Read]:
    open_lines = [line for line in known.single if not _answered(line, known)]
    now = _cautiously(open_lines, known)
    chosen = set(now)
    known.single = [line for line in open_lines if line not in chosen]
    for line, key, record_id in known.asked[now].select("line", "key", "id").iter_rows() if now else ():
        if line in known.remembered.unmoved:
            yield Recall(key, known.remembered.unmoved[line])
        elif record_id is not None:
            yield GetRecord(key, record_id)
        elif known.places.slim[line] >= 0:
            yield GetRecord(key, known.shelf.id_at(known.places.slim[line]))
        else:
            yield Lookup(key, known.form.listing.lookups[known.key_field], known.key_field)


def _answered(line: int, known: Known) -> bool:
    if line in known.full:
        return True
    if known.places.slim[line] < 0:
        return False
    return not known.in_full[line] or line in known.places.ambiguous


def _cautiously(lines: list[int], known: Known) -> list[int]:
    """While nothing was found, asks for a few rows spread over the sheet before asking for all."""
    if known.shelf.lines or len(lines) < _SAMPLE:
        return lines
    return lines[:: max(1, len(lines) // _SAMPLE)][:_SAMPLE]


def _spared(answered: Sequence[int], known: Known) -> int:
    """Counts the lines, answered by a listing for the first time, of which that spared a request.

    There may be more to ask of them, but not of a listing.
    """
    if not known.some_in_full:  # a slim item will do for every line
        return len(answered)
    known.single += [line for line in answered if known.in_full[line]]
    return sum(_is_spared(line, known) for line in answered)


def _is_spared(line: int, known: Known) -> bool:
    """Tells that a listed line costs less than it would alone: not so a full record that moved, if its id was known."""
    return not known.in_full[line] or line in known.remembered.unmoved or known.asked["id"][line] is None
