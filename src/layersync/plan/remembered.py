"""Which records need not be read again: those of which a listing shows that they are as they were."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layersync.plan.excerpt import Cut
from layersync.plan.slots import Excerpt
from layersync.plan.stamps import same_moment
from layersync.resources.ident import ANY_ID, normal_id


@dataclass(slots=True, kw_only=True)
class Remembered:
    """What is remembered of the records of a job, and what listings say of it; lines are those of `Known.asked`.

    `stamps` has the stamp of each record that was read in full, by normalised id. `unmoved` are the lines of which the
    listing shows the very stamp, with that id; `recalled` those whose record was taken from memory. `shown` says that
    some item showed a stamp at all, `hidden` that some item of a remembered record showed none.
    """

    stamps: Mapping[str, str] = field(default_factory=dict)
    unmoved: dict[int, str] = field(default_factory=dict)
    recalled: set[int] = field(default_factory=set)
    shown: bool = False
    hidden: bool = False

    @property
    def blind(self) -> bool:
        """Tells that the listing shows no stamps, so that nothing could be compared."""
        return self.hidden and not self.shown

    def compare(self, lines: Iterable[int], items: Iterable[Excerpt], cut: Cut) -> list[int]:
        """Notes what a listing shows of some lines; gives those whose recalled record it shows to have moved since."""
        if not self.stamps:
            return []
        return [line for line, item in zip(lines, items, strict=True) if self._has_moved(line, item, cut)]

    def forget(self, line: int) -> None:
        """The record of this line has to be read, whatever a listing shows."""
        self.unmoved.pop(line, None)
        self.recalled.discard(line)

    def _has_moved(self, line: int, item: Excerpt, cut: Cut) -> bool:
        id_ = normal_id(cut.id_of(item) or "", ANY_ID) or ""
        stamp = cut.stamp_of(item)
        self.shown |= stamp is not None
        if id_ not in self.stamps:
            return False
        self.hidden |= stamp is None
        if stamp is not None and same_moment(stamp, self.stamps[id_]):
            self.unmoved[line] = id_
            return False
        was_recalled = line in self.recalled
        self.forget(line)
        return was_recalled
