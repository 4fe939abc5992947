"""`layersync sync`: the sheet's changes, sent."""

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

Jobs = Annotated[str, Parameter(metavar="JOB", help="Jobs to run; without one, every job not marked default = false.")]


def sync(
    *jobs: Jobs,
    dry_run: Annotated[bool, Parameter(name=["--dry-run", "-n"], group="How far")] = False,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], group="How far")] = False,
    config: ConfigFlags = CONFIG,
    target: TargetFlags = TARGET,
    sheet: SheetFlags = SHEET,
    course: CourseFlags = COURSE,
    report: ReportFlags = REPORT,
    output: OutputFlags = OUTPUT,
) -> int:
    """Read the sheets, compare them with the live records, send what differs, and report.

    Parameters
    ----------
    dry_run
        Show what would be sent, and send nothing.
    yes
        Do not ask before the first write.
    """
    from layersync.cli.running import run  # noqa: PLC0415  --help loads no tables and no HTTP

    return run(
        "sync",
        jobs,
        Asked(config=config, target=target, sheet=sheet, course=course, report=report, output=output),
        dry_run=dry_run,
        yes=yes,
    )
