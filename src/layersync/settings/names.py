"""The names of all settings, read off the model."""

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from layersync.settings.model import Settings

ANY_JOB = "NAME"

Path = tuple[str, ...]


def all_keys(model: type[BaseModel] = Settings, above: Path = ()) -> Iterator[tuple[Path, FieldInfo]]:
    """Gives every key that can be set, tables left out, with its field; a job's name is `NAME`."""
    for name, field in model.model_fields.items():
        table, path = table_of(field.annotation), (*above, name)
        if table is None:
            yield path, field
        else:
            yield from all_keys(table, (*path, ANY_JOB) if get_origin(field.annotation) is dict else path)


def all_names() -> Iterator[Path]:
    """Gives the path of every key that can be set."""
    return (path for path, _ in all_keys())


def names_under(path: Sequence[str]) -> tuple[str, ...]:
    """Gives the names that the table at that path may hold; nothing for a path that is no table."""
    annotation: Any = Settings
    for part in path:
        table = table_of(annotation)
        if get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif table and part in table.model_fields:
            annotation = table.model_fields[part].annotation
        else:
            return ()
    table = None if get_origin(annotation) is dict else table_of(annotation)
    return tuple(table.model_fields) if table else ()


def table_of(annotation: Any) -> type[BaseModel] | None:
    """Gives the model behind an annotation: `Api`, `Api | None`, `dict[str, Job]`; None for a plain key."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inside = get_args(annotation)[-1:] if get_origin(annotation) is dict else ()
    if isinstance(annotation, UnionType):
        inside = get_args(annotation)
    return next((table for part in inside if (table := table_of(part))), None)
