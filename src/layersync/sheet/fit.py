"""Checks that the reading rules of a job fit its resource, before the sheet is looked at."""

from layersync.errors import UsageError
from layersync.resources.resource import Resource
from layersync.sheet.paths import NoPath, find_path, folded
from layersync.sheet.strangers import known_names
from layersync.sheet.suggest import did_you_mean, nearest, shown
from layersync.values.rules import SheetRules


def check_fit(rules: SheetRules, resource: Resource) -> None:
    """Raises UsageError for a key, a mapping or an expected path that the resource does not have."""
    if rules.key not in resource.key_fields:
        allowed = " or ".join(resource.key_fields)
        raise UsageError(f"job {rules.job}: {resource.name} have no key {shown(rules.key)}", f"set key to {allowed}")
    for header, target in rules.columns.items():
        if not _leads_somewhere(resource, target):
            raise _nowhere(rules, resource, target, f"columns maps {shown(header)} to {shown(target)}")
    for path in rules.expect:
        if not _leads_somewhere(resource, path):
            raise _nowhere(rules, resource, path, f"expect names {shown(path)}")


def _leads_somewhere(resource: Resource, target: str) -> bool:
    ids = (*resource.key_fields, *resource.identity, *resource.id_names)
    if target.startswith("_") or folded(target) in map(folded, ids):
        return True
    try:
        return find_path(resource, target) is not None
    except NoPath:
        return False


def _nowhere(rules: SheetRules, resource: Resource, target: str, where: str) -> UsageError:
    near = nearest(target, known_names(resource))
    return UsageError(f"job {rules.job}: {where}, which is no field of {resource.name}", did_you_mean(near))
