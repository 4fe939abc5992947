"""What to say of headers that name no field: the near miss, the other resource's field, the wrong sheet."""

from collections.abc import Sequence

from layersync.resources import RESOURCES
from layersync.resources.field import Kind
from layersync.resources.resource import Resource
from layersync.sheet.paths import folded
from layersync.sheet.suggest import nearest, shown
from layersync.values.rules import SheetRules


def known_names(resource: Resource) -> list[str]:
    """All names that a header of this resource may hold, declared keys of objects and the ids included."""
    names = [*resource.key_fields, *resource.identity]
    for field in resource.fields:
        names.append(field.name)
        names.extend(f"{field.name}.{key.name}" for key in field.keys)
    return list(dict.fromkeys(names))


def near_name(resource: Resource, key: str, header: str) -> str | None:
    """Gives the field that a header misses narrowly; None for one that meets it, or is far from all."""
    names = known_names(resource)
    exact = {folded(name) for name in (*names, *resource.read_only, key)}
    if folded(header) in exact or _is_elsewhere(resource, header):
        return None
    first, dot, rest = header.strip().partition(".")
    return _near_dotted(resource, first, rest) if dot else nearest(header, names)


def _near_dotted(resource: Resource, first: str, rest: str) -> str | None:
    objects = {folded(field.name): field for field in resource.fields if field.kind is Kind.OBJECT}
    field = objects.get(folded(first))
    if field is None:
        near = nearest(first, [field.name for field in objects.values()])
        return f"{near}.{rest}" if near is not None else None
    # a key that is not declared is data: only a slip in a declared one is told
    near = nearest(rest.partition(".")[0], [key.name for key in field.keys])
    return None if near is None or folded(near) == folded(rest.partition(".")[0]) else f"{field.name}.{near}"


def said_of_unknown(resource: Resource, header: str) -> str:
    """Words an unknown header, naming the resource that it is a field of."""
    elsewhere = _is_elsewhere(resource, header)
    if elsewhere is not None:
        return f"{shown(header)} is a field of {elsewhere.name}, not of {resource.name}"
    return f"{shown(header)} is not a field of {resource.name}"


def said_of_missing_key(resource: Resource, rules: SheetRules, headers: Sequence[str]) -> tuple[str, str]:
    """Words the absence of the key column, and the likeliest way out."""
    message = f"the sheet has no column {rules.key}, the key of job {rules.job}"
    if len(headers) == 1:
        return message, "the header is a single cell: separate columns with commas, semicolons, tabs or vertical bars"
    there = {folded(header) for header in headers}
    other_key = next((key for key in resource.key_fields if folded(key) in there), None)
    if other_key is not None:
        return message, f'add the column, or set key = "{other_key}" for this job'
    other = _likeliest(resource, there)
    if other is not None:
        return message, f"this looks like a sheet of {other.name}: check the source of the job"
    other_name = next((header for header in headers if folded(header) in map(folded, resource.id_names)), None)
    if other_name is not None and rules.key == resource.id_field:
        return message, f'if these are the ids, map them: columns = {{ "{other_name}" = "{rules.key}" }}'
    return message, "add the column; if the header is not in the first row, set header_row"


def _is_elsewhere(resource: Resource, header: str) -> Resource | None:
    others = (other for other in RESOURCES.values() if other.name != resource.name)
    name = folded(header)
    return next((other for other in others if any(folded(field.name) == name for field in other.fields)), None)


def _likeliest(resource: Resource, headers: set[str]) -> Resource | None:
    def matches(candidate: Resource) -> int:
        return len(headers & {folded(name) for name in known_names(candidate)})

    best = max(RESOURCES.values(), key=matches, default=resource)
    return best if best.name != resource.name and matches(best) > matches(resource) else None
