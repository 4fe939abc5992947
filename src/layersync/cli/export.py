"""`layersync export`: the live records as a sheet."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import CONFIG, OUTPUT, TARGET, ConfigFlags, OutputFlags, TargetFlags


def export(
    job: Annotated[str, Parameter(metavar="JOB")],
    /,
    *,
    to: Annotated[str, Parameter(metavar="FILE")],
    config: ConfigFlags = CONFIG,
    target: TargetFlags = TARGET,
    output: OutputFlags = OUTPUT,
) -> int:
    """Write all live records as a sheet of a job, which plans to no changes. Sends nothing but GET.

    Parameters
    ----------
    job
        The job whose key, headers and separators the sheet is written for; its own sheet is not read.
    to
        Where to write: a name that ends in .csv or .xlsx; an existing file is left alone.
    """
    from layersync.cli.exporting import export_job  # noqa: PLC0415  --help loads no tables and no HTTP

    return export_job(job, to, config, target, output)
