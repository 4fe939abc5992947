"""`layersync plan`: another name for `sync --dry-run`."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import (
    CONFIG,
    COURSE,
    OUTPUT,
    REPORT,
    SHEET,
    TARGET,
    Asked,
    ConfigFlags,
    CourseFlags,
    OutputFlags,
    ReportFlags,
    SheetFlags,
    TargetFlags,
)
from layersync.cli.sync import Jobs


def plan(
    *jobs: Jobs,
    out: Annotated[str | None, Parameter(metavar="FILE", group="How far")] = None,
    config: ConfigFlags = CONFIG,
    target: TargetFlags = TARGET,
    sheet: SheetFlags = SHEET,
    course: CourseFlags = COURSE,
    report: ReportFlags = REPORT,
    output: OutputFlags = OUTPUT,
) -> int:
    """Show what sync would send, and send nothing.

    Parameters
    ----------
    out
        Save the plan here, too.
    """
    from layersync.cli.running import run  # noqa: PLC0415  --help loads no tables and no HTTP

    return run(
        "plan",
        jobs,
        Asked(config=config, target=target, sheet=sheet, course=course, report=report, output=output),
        dry_run=True,
        out=out,
    )
