"""`layersync runs`: what was run, and one run's report again."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import CONFIG, OUTPUT, ConfigFlags, OutputFlags, RunsFormat


def runs(
    run: Annotated[str | None, Parameter(metavar="RUN")] = None,
    /,
    *,
    config: ConfigFlags = CONFIG,
    base_url: Annotated[str | None, Parameter(metavar="URL", group="Where")] = None,
    report_dir: Annotated[str | None, Parameter(metavar="DIR", group="Where")] = None,
    format: Annotated[RunsFormat, Parameter(group="Output", show_default=True)] = "text",
    stat: Annotated[bool, Parameter(group="Output")] = False,
    output: OutputFlags = OUTPUT,
) -> int:
    """List the past runs, or tell one of them again; asks nothing of the API and needs no key.

    Parameters
    ----------
    run
        The id of a run, or "latest": its report again.
    base_url
        The API whose runs are listed, or "sandbox".
    report_dir
        Where "latest" is looked for.
    format
        How the result is written to stdout; the list as text or json only.
    stat
        Count changes per field instead of showing them.
    """
    from layersync.cli.run_list import show_run, show_runs  # noqa: PLC0415  --help loads no more than it shows

    if run is None:
        return show_runs(config, base_url, format, output)
    return show_run(run, config, report_dir, format, output, stat=stat)
