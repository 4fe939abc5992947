"""`layersync columns`: the columns that a sheet may have."""

from typing import Annotated

from cyclopts import Parameter

from layersync.cli.flags import OUTPUT, ColumnsFormat, OutputFlags


def columns(
    resource: Annotated[str, Parameter(metavar="RESOURCE")],
    /,
    *,
    template: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Annotated[ColumnsFormat, Parameter(group="Output", show_default=True)] = "text",
    output: OutputFlags = OUTPUT,
) -> int:
    """Show the columns that a sheet of a resource may have: type, limits, nullable, notes.

    Parameters
    ----------
    resource
        projects or influencers.
    template
        Write an empty sheet with these columns; an existing file is left alone.
    format
        How the columns are written to stdout.
    """
    from layersync.cli.column_list import show_columns  # noqa: PLC0415  --help loads no more than it shows

    return show_columns(resource, template, format, output)
