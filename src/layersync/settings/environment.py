"""Reads `LAYERSYNC_...` variables as tables: `LAYERSYNC_API__TIMEOUT` is `api.timeout`."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_settings import EnvSettingsSource, SettingsError

from layersync.errors import UsageError
from layersync.settings.keyless import looks_like_key, names_a_key, refuse_key, refuse_keys
from layersync.settings.model import NESTED, PREFIX, Settings
from layersync.settings.names import all_names
from layersync.settings.suggest import did_you_mean


def variable(path: Iterable[str]) -> str:
    """The variable that sets the key at that path."""
    return PREFIX + NESTED.join(path).upper()


def read_environment(environ: Mapping[str, str], jobs: Iterable[str]) -> dict[str, Any]:
    """Gives what the environment states, nested as the file is.

    An empty variable states nothing. Names have no case here, so a job gets the spelling of `jobs`, the names in the
    file. UsageError for a variable with our prefix that sets nothing, and for an API key.
    """
    ours = {name: value for name, value in environ.items() if name.upper().startswith(PREFIX)}
    _refuse_strangers(ours)
    try:
        table = _Given(ours)()
    except SettingsError:
        raise _no_table(ours) from None
    refuse_keys(table, "environment")
    spelled = {job.lower(): job for job in jobs}
    if isinstance(table.get("jobs"), dict):
        table["jobs"] = {spelled.get(job, job): value for job, value in table["jobs"].items()}
    return table


def _no_table(environ: Mapping[str, str]) -> UsageError:
    """The error for a variable that is to hold a table and holds none: the library names its section only."""
    named = next((name for name, value in environ.items() if not _readable(name, value)), PREFIX + "...")
    return UsageError(f"{named} is no JSON table", 'write it like {"name": "value"}, or set its keys one by one')


def _readable(name: str, value: str) -> bool:
    try:
        _Given({name: value})()
    except SettingsError:
        return False
    return True


class _Given(EnvSettingsSource):
    """The library's reader, over a mapping that is passed in."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(Settings, env_ignore_empty=True)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._environ.items() if value}


def _refuse_strangers(environ: Mapping[str, str]) -> None:
    for name, value in environ.items():
        head = name[len(PREFIX) :].lower().split(NESTED)[0]
        if head in Settings.model_fields:
            continue
        if names_a_key(head) or looks_like_key(value):
            refuse_key(name)
        near = did_you_mean(name, map(variable, all_names()))
        raise UsageError(f"environment: {name} sets nothing{near}")
