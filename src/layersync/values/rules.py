"""How the sheet of one job is to be read: what `[jobs.NAME]` and the flags of one run say."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRules:
    """The reading rules of one job.

    `source` is a path (absolute by now) or `-`; `columns` maps sheet headers to field paths; `expect` names paths that
    are compared and never sent. `only_keys` (`--key`) and `only_fields` (`--only-fields`) narrow one run; empty = all.
    """

    job: str
    source: str
    key: str
    tab: str | None = None
    header_row: int = 1
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore_columns: tuple[str, ...] = ()
    unknown_columns_are_errors: bool = False
    expect: tuple[str, ...] = ()
    clear_token: str = "<clear>"  # noqa: S105  a word of the sheet, not a secret
    list_separator: str = "|"
    max_rows: int = 250_000
    max_bytes: int = 256_000_000
    only_keys: tuple[str, ...] = ()
    only_fields: tuple[str, ...] = ()
