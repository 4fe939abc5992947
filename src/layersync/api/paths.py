"""Paths of requests: the only place that puts an id into one (reliability 2.E)."""

from layersync.resources.ident import ANY_ID, normal_id
from layersync.resources.resource import Resource

WHOAMI = "/v1/whoami"


def item_path(form: Resource, record_id: str) -> str:
    """The path of one record. Raises ValueError for anything that is not an id of the resource."""
    if normal_id(record_id, form.id_forms) is None:
        raise ValueError(f"not an id of {form.name}")
    return form.item_path.format(id=record_id)


def listing_path(form: Resource, parent: str | None) -> str:
    """The path of a listing; `parent` is the id of the record that is listed under.

    Raises ValueError for anything that is no id.
    """
    if parent is None:
        return form.listing.path
    if normal_id(parent, ANY_ID) is None:
        raise ValueError(f"not an id to list {form.name} under")
    return form.listing.path.format(parent=parent)
