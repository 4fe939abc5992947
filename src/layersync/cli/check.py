"""`layersync check`: everything about configuration and sheets that can be checked offline."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import CONFIG, OUTPUT, SHEET, CheckFormat, ConfigFlags, OutputFlags, SheetFlags
from layersync.cli.sync import Jobs


def check(
    *jobs: Jobs,
    config: ConfigFlags = CONFIG,
    sheet: SheetFlags = SHEET,
    format: Annotated[CheckFormat, Parameter(group="Output", show_default=True)] = "text",
    output: OutputFlags = OUTPUT,
) -> int:
    """Check configuration and sheets, offline and without a key.

    Parameters
    ----------
    format
        How the result is written to stdout.
    """
    from layersync.cli.checking import check_sheets  # noqa: PLC0415  --help loads no tables

    return check_sheets(jobs, config, sheet, format, output)
