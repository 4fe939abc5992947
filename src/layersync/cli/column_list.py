"""What `columns` tells of a resource: one line per column that a sheet may have."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from layersync.cli.flags import ColumnsFormat, OutputFlags
from layersync.cli.messages import Messages
from layersync.cli.stdout import Stdout
from layersync.errors import UsageError
from layersync.resources import RESOURCES
from layersync.resources.field import Field, Kind, Write
from layersync.resources.resource import Resource
from layersync.settings.suggest import did_you_mean, listed

ANY_KEY = "KEY"

_TYPES = {
    Kind.TEXT: "text",
    Kind.ENUM: "one of",
    Kind.EMAIL: "e-mail address",
    Kind.TIMEZONE: "IANA time zone",
    Kind.LANGUAGE: "BCP 47 language tag",
    Kind.LIST: "list of texts",
    Kind.OBJECT: "JSON object",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnNote:
    """One possible column: its header, what its cells hold, and what a person should know."""

    path: str
    type: str
    limits: str
    nullable: bool
    notes: tuple[str, ...]


def show_columns(resource: str, template: str | None, format: ColumnsFormat, output: OutputFlags) -> int:
    """Prints the columns of a resource, or writes them as an empty sheet."""
    form = resource_named(resource)
    if template is not None:
        write_template(form, template)
        Messages(output).tell(f"wrote {template}")
    elif not output.quiet:
        _print(form, format, Stdout(output.color))
    return 0


def _print(form: Resource, format: ColumnsFormat, stdout: Stdout) -> None:
    if format == "json":
        stdout.pieces(columns_json(form))
    else:
        stdout.block(columns_table(form.name, columns_of(form)))


def resource_named(name: str) -> Resource:
    """Gives the form of a resource. UsageError for an unknown one."""
    if name not in RESOURCES:
        raise UsageError(f"there is no resource {name!a}{did_you_mean(name, RESOURCES)}", listed(RESOURCES))
    return RESOURCES[name]


def columns_of(form: Resource) -> tuple[ColumnNote, ...]:
    """Gives every column that a sheet of the resource may have: ids, fields, and the keys inside objects."""
    ids = (_identity(form, name) for name in (*form.identity, *form.id_names))
    return (*ids, *(note for field in form.fields for note in _notes_of(form, field)))


def columns_json(form: Resource) -> Iterator[str]:
    """The columns for programs: `{"resource": ..., "key_fields": [...], "columns": [...]}`."""
    notes = [asdict(note) for note in columns_of(form)]
    yield json.dumps({"resource": form.name, "key_fields": form.key_fields, "columns": notes}, indent=1) + "\n"


def columns_table(title: str, notes: Sequence[ColumnNote]) -> Table:
    """The columns for people; a cell that is too long is folded, never cut."""
    table = Table(title=f"Columns of {title}", title_justify="left", box=None, pad_edge=False)
    for header, ratio in (("column", None), ("holds", 3), ("nullable", None), ("notes", 4)):
        table.add_column(header, ratio=ratio, overflow="fold", no_wrap=ratio is None)
    for note in notes:
        holds = f"{note.type}: {note.limits}" if note.limits else note.type
        table.add_row(note.path, holds, "yes" if note.nullable else "no", "; ".join(note.notes))
    return table


def write_template(form: Resource, path: str) -> None:
    """Writes a sheet that has every column and no row. UsageError where a file stands, or for another format."""
    if Path(path).suffix.lower() != ".csv":
        raise UsageError(f"--template {path!a}: the name must end in .csv")
    header = io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(_template_header(form))
    try:
        with Path(path).open("x", encoding="utf-8", newline="") as file:
            file.write(header.getvalue())
    except FileExistsError:
        raise UsageError(f"--template {path!a}: the file is there already, and is left alone") from None
    except OSError as error:
        raise UsageError(f"--template {path!a}: {error.strerror}") from None


def _template_header(form: Resource) -> Iterator[str]:
    yield from form.identity
    for field in form.fields:
        if field.keys:
            yield from (f"{field.name}.{key.name}" for key in field.keys)
        else:
            yield field.name


def _identity(form: Resource, name: str) -> ColumnNote:
    notes = ["key" if name in form.key_fields else "checked against live, never sent"]
    if name in form.id_names:
        notes.append(f"another name of {form.id_field}")
    if name == form.listing.parent_field:
        notes.append("lets layersync list instead of reading one by one")
    forms = " or ".join(one.name for one in form.id_forms)
    return ColumnNote(path=name, type="id", limits=forms, nullable=False, notes=tuple(notes))


def _notes_of(form: Resource, field: Field) -> Iterator[ColumnNote]:
    yield _note(form, field, field.name)
    for key in field.keys:
        yield _note(form, key, f"{field.name}.{key.name}")
    if field.open_keys:
        more = "any other key" if field.keys else "one key"
        like = () if field.write is Write.MERGE else ("a number or true/false where the live value is one",)
        notes = (f"{more}, deeper ones with more dots", *like)
        yield ColumnNote(path=f"{field.name}.{ANY_KEY}", type="text", limits="", nullable=True, notes=notes)


def _note(form: Resource, field: Field, path: str) -> ColumnNote:
    return ColumnNote(
        path=path,
        type=_TYPES[field.kind],
        limits=_limits(field),
        nullable=field.nullable,
        notes=tuple(_remarks(form, field)),
    )


def _limits(field: Field) -> str:
    if field.choices:
        return ", ".join(field.choices)
    if field.max_bytes:
        return f"{field.max_bytes:,} bytes"
    match field.min_length, field.max_length:
        case 0, None:
            return ""
        case 0, longest:
            return f"up to {longest:,} characters"
        case shortest, None:
            return f"{shortest} character or more" if shortest == 1 else f"{shortest:,} characters or more"
        case shortest, longest:
            return f"{shortest:,} to {longest:,} characters"


def _remarks(form: Resource, field: Field) -> Iterator[str]:
    if field.name in form.key_fields:
        yield "can be the key"
    if field.unique:
        yield "no two records may share a value"
    if field.usual_length:
        yield f"usually up to {field.usual_length:,} characters"
    if field.multiline and not field.is_json:
        yield "may hold line breaks"
    if field.write is Write.MERGE:
        yield "only the keys that differ are sent"
    if field.write is Write.REPLACE:
        yield "the whole object is sent; keys that the sheet does not name are kept"
    for effect in field.effects:
        yield f"{effect.on_value}: {effect.note}" if effect.on_value else effect.note
