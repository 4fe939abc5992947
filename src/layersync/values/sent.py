"""What a run sent, as its journal remembers it: what undoing the run starts from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One change that a run carried out, or may have.

    `body` is the PATCH, `before` the live values of the same API fields right before it; None where the layersync that
    sent it did not keep them. `row` and `key` are those of its sheet, `id` as the API writes it.
    """

    row: int
    resource: str
    key: str
    id: str
    name: str | None
    body: Mapping[str, object]
    before: Mapping[str, object] | None
