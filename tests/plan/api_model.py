"""A model of the API's reading side, for the reducers that plan reads: it answers them one by one, and counts."""

from collections.abc import Callable, Mapping, Sequence

from layersync.plan.asking import Answer, Found, GetRecord, ListPage, Lookup, NotFound, Page, Read, Recall
from layersync.plan.claims import first_claims, learn_claims, next_claims
from layersync.plan.excerpt import Cut
from layersync.plan.known import first_known, reading_of
from layersync.plan.reads import learn, next_reads
from layersync.plan.second_looks import second_looks
from layersync.plan.slots import Excerpt
from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource
from layersync.values.desired import Desired
from layersync.values.live import Live

Record = Mapping[str, object]


class Server:
    """Answers reads from a list of records, newest first, and counts them."""

    cut: Cut

    def __init__(
        self,
        form: Resource,
        records: Sequence[Record],
        *,
        hides: bool = False,
        stamps: bool = True,
        remembered: Sequence[Record] = (),
        then: Callable[["Server"], None] = lambda _server: None,
    ) -> None:
        """`hides`: a listing without a filter leaves archived records out. `stamps`: its items show times.

        `remembered` are full records as they once were. `then` happens after each request.
        """
        self.form, self.records, self.requests, self.hides = form, [*records], 0, hides
        self.remembered = {self._id(one): one for one in remembered}
        self._stamps, self._then = stamps, then
        self.left_out: frozenset[str] = frozenset()  # listed fields that the items do not show

    def answer(self, read: Read) -> Answer:
        """One answer; what is remembered is no request."""
        if isinstance(read, Recall):
            return Found(self.cut.of(self.remembered[read.id]), None)
        answer = self._answer(read)
        self.requests += 1
        self._then(self)
        return answer

    def _answer(self, read: Read) -> Answer:
        match read:
            case GetRecord(_, record_id):
                wanted = normal_id(record_id, ANY_ID) or record_id
                found = [one for one in self.records if str(one[self.form.id_field]).lower().endswith(wanted.lower())]
                return Found(self.cut.of(found[0]), 0.0) if found else NotFound()
            case Lookup(key, parameter, _):
                return Page([self._slim(one) for one in self.records if one[parameter] == key], None, 0.0)
            case ListPage(parent, cursor, only):
                under = [one for one in self.records if parent is None or one["projectId"] == parent]
                under = [one for one in under if all(one[name] == value for name, value in only)]
                under = [one for one in under if only or not self.hides or one["status"] == "active"]
                start = int(cursor or 0)
                end = start + self.form.listing.page_limit
                items = [self._slim(one) for one in under[start:end]]
                return Page(items, str(end) if end < len(under) else None, 0.0)
        raise TypeError(read)

    def _id(self, record: Record) -> str | None:
        return normal_id(str(record[self.form.id_field]), ANY_ID)

    def _slim(self, record: Record) -> Excerpt:
        shown = {self.form.id_field, *(field.name for field in self.form.fields if field.listed)}
        shown |= {"createdAt", "updatedAt"} if self._stamps else set()
        return self.cut.of({name: value for name, value in record.items() if name in shown - self.left_out})


def read_all(sheet: Desired, server: Server) -> Live:
    """Reads what a sheet asks for, as `api.fetch` does."""
    stamps = {id_: str(one["updatedAt"]) for id_, one in server.remembered.items() if id_ is not None}
    known = first_known(sheet, server.form, stamps)
    server.cut = known.shelf.cut
    while reads := next_reads(known) or second_looks(known, sheet):
        known = learn(known, [(read, server.answer(read)) for read in reads])
    claims = first_claims(known)
    while reads := next_claims(claims):
        claims = learn_claims(claims, [(read, server.answer(read)) for read in reads])
    return reading_of(known)
