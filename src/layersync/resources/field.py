"""The form of one field: type, limits, nullability, how it is written, what else a change of it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from layersync.values.guards import Guard


class Kind(StrEnum):
    """What a cell of the field holds."""

    TEXT = "text"
    ENUM = "enum"
    EMAIL = "email"
    TIMEZONE = "timezone"
    LANGUAGE = "language"
    LIST = "list"  # a JSON array of texts
    OBJECT = "object"  # a JSON object; its keys may stand in columns of their own


class Write(StrEnum):
    """What a PATCH of an object does to the stored one."""

    MERGE = "merge"  # only the keys sent change; null removes a key
    REPLACE = "replace"  # the object sent is the whole object


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a change does beside changing the field.

    It happens when the new value is `on_value`, or any non-empty one where `on_value` is None. `guard` counts it.
    `lasting` is what stays of it when the field gets its old value back.
    """

    note: str
    guard: Guard | None = None
    on_value: str | None = None
    lasting: str = ""

    def follows(self, after: object) -> bool:
        """Tells whether setting the field to `after` has this effect."""
        return bool(after) if self.on_value is None else after == self.on_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One editable field, as the seed pages give it.

    Lengths are counted in code points, `max_bytes` in bytes of the JSON text. `usual_length` is a limit that only the
    create page states: beyond it a value is warned about, not refused. `aliases` maps other spellings of a choice to
    it. `listed`: the items of the listing show
    it. `unique`: no two records of an organisation may share a value. `keys` are the declared keys of an object;
    `open_keys` allows others beside them (as text). `kept_keys` of a replaced object are never lost, and `may_hold` are
    the fields that the API may store inside it, so that replacing it could lose them (API facts, 8.9). A record that
    does not show the field may show its value inside the field `stands_in` (API facts, 8.4).
    """

    name: str
    kind: Kind = Kind.TEXT
    min_length: int = 0
    max_length: int | None = None
    usual_length: int | None = None
    max_bytes: int | None = None
    choices: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    nullable: bool = False
    multiline: bool = False
    listed: bool = False
    unique: bool = False
    write: Write | None = None
    keys: tuple["Field", ...] = ()
    open_keys: bool = False
    kept_keys: tuple[str, ...] = ()
    may_hold: tuple[str, ...] = ()
    stands_in: str | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def is_json(self) -> bool:
        """True where the value is JSON rather than text."""
        return self.kind is Kind.OBJECT or self.kind is Kind.LIST

    def key(self, name: str) -> "Field":
        """The form of one key of an object; a key that is not declared is nullable text."""
        declared = (key for key in self.keys if key.name == name)
        return next(declared, Field(name=name, nullable=True))
