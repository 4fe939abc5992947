"""`layersync whoami`: is my set-up right?"""

from layersync.cli.flags import CONFIG, OUTPUT, TARGET, ConfigFlags, OutputFlags, TargetFlags


def whoami(
    *,
    config: ConfigFlags = CONFIG,
    target: TargetFlags = TARGET,
    output: OutputFlags = OUTPUT,
) -> int:
    """Show target, key, organisation, tier and what is left of today's budget."""
    from layersync.cli.standing import show_standing  # noqa: PLC0415  --help loads no HTTP

    return show_standing(config, target, output)
