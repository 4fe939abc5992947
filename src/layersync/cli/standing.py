"""Asks the API who we are to it, and prints the answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.text import Text

from layersync.cli.findings import target_label
from layersync.cli.flags import ConfigFlags, OutputFlags, TargetFlags
from layersync.cli.messages import Messages
from layersync.cli.ordering import key_for, settings_from
from layersync.cli.stdout import Stdout
from layersync.cli.unexpected import hiding
from layersync.errors import SyncError
from layersync.order import Standing
from layersync.report.show import show
from layersync.run import whoami
from layersync.settings.model import Settings
from layersync.settings.secret import ApiKey
from layersync.values.target import Budget, RateClass


def show_standing(config: ConfigFlags, target: TargetFlags, output: OutputFlags) -> int:
    """Prints what whoami says, and the budgets that follow from it."""
    settings = settings_from(config, target.table())
    warn = Messages(output).warn
    key = key_for(settings, target, warn)
    stdout = Stdout(output.color)
    with hiding(key), naming_target(settings, stdout, output):
        standing = whoami(settings, key, warn)
    if not output.quiet:
        stdout.lines(Text(line) for line in standing_lines(standing, key))
    return 0


@contextmanager
def naming_target(settings: Settings, stdout: Stdout, output: OutputFlags) -> Iterator[None]:
    """Names the target where the API gives no answer to print: it may be the wrong one."""
    try:
        yield
    except SyncError:
        if not output.quiet:
            stdout.lines([Text(target_label(settings.api.base_url, settings.api.organization))])
        raise


def standing_lines(standing: Standing, key: ApiKey | None) -> Iterator[str]:
    """One line per fact, the target first; the key is named by its id and origin, never shown."""
    target = standing.target
    yield f"{target.label} · {show(target.organization_name)}"
    facts = {
        "base URL": target.base_url,
        "organisation": f"{show(target.organization_name)} ({show(target.organization_id)})",
        "key": _key(target.key_id, key),
        "scopes": ", ".join(map(show, target.scopes)) or "not told",
        "kill switch": "off",  # a key that is switched off gets no answer but a refusal
        "tier": show(target.budget.tier),
        **_budget(target.budget, standing),
    }
    for name, fact in facts.items():
        yield f"  {name:<14}{fact}"


def _key(key_id: str | None, key: ApiKey | None) -> str:
    return f"{show(key_id) if key_id else 'id not told'}, from {key.origin}" if key else "the sandbox needs none"


def _budget(budget: Budget, standing: Standing) -> dict[str, str]:
    per = "minute" if budget.window_s == 60 else f"{budget.window_s:g} s"
    return {
        "reads": f"{budget.per_window(RateClass.READ):,} per {per}",
        "writes": f"{budget.per_window(RateClass.WRITE):,} per {per}",
        "today": f"{standing.writes_today:,} written, {_left(budget, standing)}",
    }


def _left(budget: Budget, standing: Standing) -> str:
    if standing.capped_until is not None:
        return f"none left: the API takes no more before {standing.capped_until:%Y-%m-%d %H:%M} UTC"
    return f"{max(0, budget.per_day - standing.writes_today):,} left"
