"""A change: one record, the fields to send for it, and the live values that it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Edit:
    """One changed path of one record.

    `before` is the live value the edit was made from (null and absent are the same), `after` the desired one, both as
    JSON values; `keys` is the path inside `field`, empty when the whole field is stated. `note` tells a person what
    else the change does; `letter` is the sheet's column.
    """

    field: str
    keys: tuple[str, ...]
    before: object
    after: object
    note: str = ""
    letter: str = ""

    @property
    def path(self) -> str:
        """The dotted path: `personality.humor`."""
        return ".".join((self.field, *self.keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One PATCH to be sent.

    `key` is the key as the sheet writes it, `id` the record's id as the API writes it. `patch` is the body; `base`
    the live values of the same API fields. `side_effects` are words of `resources.Effect`. `read_at` is when the read
    it was made from finished, in seconds of the run's clock; None (a saved plan) means: read again before sending.
    `stamp` is the record's own word for when it changed last, as that read showed it.
    `kept` are live values outside the patch that must be the same after it; known once the record was read again.
    `after` are the rows whose changes must be done first: they free a value that this one claims.
    """

    job: str
    resource: str
    row: int
    key: str
    id: str
    name: str | None
    edits: tuple[Edit, ...]
    patch: Mapping[str, object]
    base: Mapping[str, object]
    side_effects: tuple[str, ...] = ()
    read_at: float | None = None
    stamp: str | None = None
    after: tuple[int, ...] = ()
    kept: Mapping[str, object] = field(default_factory=dict)
