"""The flags that several commands share, each declared once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from layersync.errors import UsageError

CheckFormat = Literal["text", "json", "github"]
ReportFormat = Literal["text", "json", "markdown", "github"]
ColumnsFormat = Literal["text", "json"]
RunsFormat = Literal["text", "json", "markdown", "github", "csv", "html", "junit", "xlsx"]


@Parameter(name="*", group="Where")
@dataclass(frozen=True, kw_only=True)
class ConfigFlags:
    """Where the settings are."""

    config: Annotated[str | None, Parameter(name=["--config", "-c"], metavar="PATH")] = None
    """The configuration; without it, config.toml in this folder."""


@Parameter(name="*", group="Where")
@dataclass(frozen=True, kw_only=True)
class TargetFlags:
    """Where the records are, and who asks."""

    base_url: Annotated[str | None, Parameter(metavar="URL")] = None
    """The API's address, or "sandbox"."""
    api_key_file: Annotated[str | None, Parameter(metavar="PATH", allow_leading_hyphen=True)] = None
    """File that holds the API key; "-" reads it from stdin."""

    def table(self) -> Mapping[str, Any]:
        """The settings that these flags state, nested as in the file."""
        return {"api": {"base_url": self.base_url}} if self.base_url is not None else {}


@Parameter(name="*", group="Which rows")
@dataclass(frozen=True, kw_only=True)
class SheetFlags:
    """Which sheet, and which part of it."""

    source: Annotated[tuple[str, ...], Parameter(metavar="JOB=PATH")] = ()
    """Read the job's sheet from here; "-" is stdin. May be repeated."""
    key: Annotated[tuple[str, ...], Parameter(metavar="VALUE")] = ()
    """Only the row with this key. May be repeated."""
    only_fields: Annotated[str | None, Parameter(metavar="A,B")] = None
    """Only these columns."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The names in `--only-fields`. UsageError where it holds none: that must not mean all of them."""
        names = tuple(name.strip() for name in (self.only_fields or "").split(",") if name.strip())
        if self.only_fields is not None and not names:
            raise UsageError("--only-fields names no field", "write it like --only-fields name,timezone")
        return names


@Parameter(name="*", group="How far")
@dataclass(frozen=True, kw_only=True)
class CourseFlags:
    """How far a run may go."""

    allow: Annotated[tuple[str, ...], Parameter(metavar="[JOB.]NAME=N")] = ()
    """Lift a guard up to N: changes, shrink, archive, clears, research, undone. May be repeated."""
    max_duration: Annotated[str | None, Parameter(metavar="2h")] = None
    """Stop early, safely, after this long."""
    deadline: Annotated[str | None, Parameter(metavar="HH:MM")] = None
    """Stop early, safely, when the local clock shows this."""
    wait: Annotated[str | None, Parameter(metavar="20m")] = None
    """Wait this long for another run of the same job to end."""
    detailed_exitcode: bool = False
    """End with 2 when changes are pending or were made."""
    report_dir: Annotated[str | None, Parameter(metavar="DIR")] = None
    """Put the report's folder here."""

    def table(self) -> Mapping[str, Any]:
        """The settings that these flags state, nested as in the file."""
        return {"run": {"report_dir": self.report_dir}} if self.report_dir is not None else {}


@Parameter(name="*", group="Output")
@dataclass(frozen=True, kw_only=True)
class OutputFlags:
    """How a command speaks."""

    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"])] = False
    """Say nothing when all is well, else at most ten lines on stderr."""
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"])] = False
    """Say more; show where an unexpected error came from."""
    log_format: Annotated[Literal["text", "json"], Parameter(show_default=True)] = "text"
    """How messages on stderr are written."""
    color: Annotated[Literal["auto", "always", "never"], Parameter(show_default=True)] = "auto"
    """Colour; auto asks the terminal and NO_COLOR."""


@Parameter(name="*", group="Output")
@dataclass(frozen=True, kw_only=True)
class ReportFlags:
    """How the result of a run stands on stdout."""

    format: Annotated[ReportFormat, Parameter(show_default=True)] = "text"
    """How the result is written to stdout."""
    stat: bool = False
    """Count changes per field instead of showing them."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RunFlags:
    """What can be said of any run, whatever it carries out."""

    config: ConfigFlags = ConfigFlags()
    target: TargetFlags = TargetFlags()
    course: CourseFlags = CourseFlags()
    report: ReportFlags = ReportFlags()
    output: OutputFlags = OutputFlags()


# what is meant when none of a command's flags is given
CONFIG: Final = ConfigFlags()
TARGET: Final = TargetFlags()
SHEET: Final = SheetFlags()
RUN: Final = RunFlags()
OUTPUT: Final = OutputFlags()
