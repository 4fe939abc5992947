"""The first line of every output: where the run goes."""

from rich.text import Text

from layersync.report.runner import no_commands
from layersync.report.show import show
from layersync.values.report import Report


def head_text(report: Report) -> Text:
    """Names the target: `SANDBOX · Acme Growth · http://127.0.0.1:8765 · dry run`."""
    run = report.run
    head = Text().append(show(run.label), style="bold")
    organization = run.organization_name or run.organization_id
    if organization:
        head.append(f" · {show(organization)}", style="bold")
    if run.label.lower() != run.base_url:
        head.append(f" · {show(run.base_url)}", style="dim")
    if run.dry_run:
        head.append(" · dry run", style="dim")
    return next(no_commands([head]))
