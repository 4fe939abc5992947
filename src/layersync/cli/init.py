"""`layersync init`: a configuration to begin with, and what starts layersync every night."""

from typing import Annotated, Literal

from cyclopts import Parameter

from layersync.cli.flags import CONFIG, OUTPUT, ConfigFlags, OutputFlags


def init(
    *,
    ci: Annotated[Literal["github"] | None, Parameter(group="Snippets")] = None,
    cron: Annotated[bool, Parameter(group="Snippets")] = False,
    systemd: Annotated[bool, Parameter(group="Snippets")] = False,
    kubernetes: Annotated[bool, Parameter(group="Snippets")] = False,
    config: ConfigFlags = CONFIG,
    output: OutputFlags = OUTPUT,
) -> int:
    """Write a commented config.toml; or print what starts layersync every night, or from CI.

    An existing file is left alone.

    Parameters
    ----------
    ci
        Print a workflow: previews on pull requests, syncs on the default branch and every night.
    cron
        Print the lines for crontab.
    systemd
        Print a service and its timer.
    kubernetes
        Print a CronJob.
    """
    from layersync.cli.starting import print_snippets, write_config  # noqa: PLC0415  --help loads no more than it shows

    wanted = {"github": ci is not None, "cron": cron, "systemd": systemd, "kubernetes": kubernetes}
    names = [name for name, is_wanted in wanted.items() if is_wanted]
    return print_snippets(names, config, output) if names else write_config(config, output)
