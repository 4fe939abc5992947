"""Every key of `config.toml`, with its type and default (contract, section 2)."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic import Field as Key
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from layersync.resources import RESOURCES
from layersync.settings import units
from layersync.settings.address import base_url, sheet_source
from layersync.settings.suggest import did_you_mean, listed
from layersync.values.guards import GuardLimits, Limit

PREFIX = "LAYERSYNC_"
NESTED = "__"


def _items(value: object) -> object:
    """Splits a list that the environment gives as text: `a,b`."""
    if not isinstance(value, str):
        return value
    return tuple(item.strip() for item in value.strip("[]").replace('"', "").split(",") if item.strip())


def by_default(value: object) -> object:
    """Reads one word for all fields as the table that it stands for; the environment gives a table as JSON."""
    if not isinstance(value, str):
        return value
    try:
        table = json.loads(value)
    except ValueError:
        table = None
    return table if isinstance(table, dict) else {"default": value}


def by_default_text(modes: dict[str, str]) -> str | dict[str, str]:
    """Writes the table as one word where it says no more than that."""
    return modes["default"] if set(modes) == {"default"} else modes


Seconds = Annotated[float, NoDecode, BeforeValidator(units.seconds), PlainSerializer(units.duration_text)]
Bytes = Annotated[int, NoDecode, BeforeValidator(units.size), PlainSerializer(units.size_text)]
CountOrShare = Annotated[Limit, NoDecode, BeforeValidator(units.limit), PlainSerializer(units.limit_text)]
Part = Annotated[float, NoDecode, BeforeValidator(units.share)]
FileMode = Annotated[int, NoDecode, BeforeValidator(units.file_mode), PlainSerializer(units.file_mode_text)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_items)]
JobName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Address = Annotated[Text, AfterValidator(base_url)]
Source = Annotated[Text, AfterValidator(sheet_source)]
Count = Annotated[int, Key(ge=0)]
Positive = Annotated[int, Key(ge=1)]
Mode = Literal["overwrite", "keep", "hold"]
DriftModes = Annotated[dict[str, Mode], NoDecode, BeforeValidator(by_default), PlainSerializer(by_default_text)]
Format = Literal["csv", "json", "html", "xlsx", "markdown", "junit"]

_DEFAULTS = GuardLimits()


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


class Api(_Table):
    """Where the records live and how to speak to it."""

    base_url: Address = "https://api.layers.com"
    """The API's address; `sandbox` is the built-in local API. `https`, except on this machine."""
    auth: Literal["bearer", "x-api-key"] = "bearer"
    """The header that carries the key: `Authorization: Bearer` or `X-Api-Key`."""
    organization: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")] | None = None
    """Act inside this child organisation (`X-Layers-Organization`)."""
    timeout: Annotated[Seconds, Key(gt=0)] = 30.0
    """The longest that one request may take."""


class JobGuards(_Table):
    """What a job states over `[guards]`."""

    max_changes: CountOrShare | None = None
    """Records to change: share of the matched rows, or a count. Holds the job."""
    min_rows: Count | None = None
    """Fewer matched rows than this have no share limit."""
    max_shrink: CountOrShare | None = None
    """Rows fewer than in the last good run. Holds the job."""
    archive: Count | None = None
    """Records going to `archived`. Holds those rows."""
    clears: Count | None = None
    """Fields going to null. Holds those rows."""
    research: Count | None = None
    """`appDescription` changes that restart keyword research. Holds those rows."""


class Guards(_Table):
    """Limits on a plan, counted per job; `--allow` lifts them for one run (contract, section 6)."""

    max_changes: CountOrShare = _DEFAULTS.max_changes
    """Records to change: share of the matched rows, or a count. Holds the job."""
    min_rows: Count = _DEFAULTS.min_rows
    """Fewer matched rows than this have no share limit."""
    max_shrink: CountOrShare = _DEFAULTS.max_shrink
    """Rows fewer than in the last good run. Holds the job."""
    archive: Count = _DEFAULTS.archive
    """Records going to `archived`. Holds those rows."""
    clears: Count = _DEFAULTS.clears
    """Fields going to null. Holds those rows."""
    research: Count = _DEFAULTS.research
    """`appDescription` changes that restart keyword research. Holds those rows."""


class Job(_Table):
    """One sheet with one resource."""

    resource: Text
    """What the sheet holds: `projects` or `influencers`; without it, the job's name says so."""
    source: Source | None = None
    """Path of the sheet, `-` for stdin, an `https` address, or a Google Sheets link."""
    key: Text = ""
    """The column that rows are matched by; without it, the resource's id."""
    sheet: Text | None = None
    """Tab of a workbook; required when more than one is visible."""
    header_row: Positive = 1
    """The row that holds the headers, counted from 1."""
    encoding: Text | None = None
    """Only to state another encoding than UTF-8 or the one of the byte order mark."""
    columns: dict[str, Text] = {}
    """Sheet header to field: `{ "Time zone" = "timezone" }`."""
    ignore_columns: Words = ()
    """Headers that mean nothing to layersync."""
    unknown_columns: Literal["warn", "error"] = "warn"
    """What a header does that is neither known nor near a known one."""
    expect: Words = ()
    """Fields compared with live and never sent: they protect against a column that was sorted alone."""
    clear_token: Text = "<clear>"  # noqa: S105  a word of the sheet, not a secret
    """The cell that sets a field to null."""
    list_separator: Text = "|"
    """What stands between the items of a list in one cell."""
    on_drift: DriftModes = {"default": "overwrite"}
    """A field changed elsewhere: `overwrite`, `keep` or `hold`; or a table with `default` and dotted paths."""
    invalid_rows: Literal["skip", "abort"] = "skip"
    """`abort`: one invalid row stops the job."""
    fetch: Literal["full", "changed"] = "full"
    """`changed`: projects are read again only when the listing shows another `updatedAt`."""
    full_every: Seconds = units.seconds("7d")
    """How long `fetch = "changed"` may trust what it remembers of a record."""
    guards: JobGuards = JobGuards()
    """Limits of this job over `[guards]`."""
    default: bool = True
    """`false`: the job runs only when it is named."""
    max_rows: Positive = 250_000
    """More rows than this are not a sheet but an accident."""
    max_bytes: Annotated[Bytes, Key(ge=1)] = units.size("256MB")
    """A larger file is not read."""

    @field_validator("resource")
    @classmethod
    def _known_resource(cls, name: str) -> str:
        if name not in RESOURCES:
            raise ValueError(f"{name!a} is no resource{did_you_mean(name, RESOURCES)} ({listed(RESOURCES)})")
        return name

    @field_validator("key")
    @classmethod
    def _known_key(cls, key: str, info: ValidationInfo) -> str:
        form = RESOURCES.get(info.data.get("resource", ""))
        if form and key not in form.key_fields:
            near = did_you_mean(key, form.key_fields)
            raise ValueError(f"{key!a} is no key of {form.name}{near} ({listed(form.key_fields)})")
        return key

    @field_validator("on_drift")
    @classmethod
    def _known_fields(cls, modes: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        form = RESOURCES.get(info.data.get("resource", ""))
        for path in modes:
            if form and path != "default" and not form.has_path(path):
                near = did_you_mean(path, ("default", *(field.name for field in form.fields)))
                raise ValueError(f"names {path!a}, which is no field of {form.name}{near}")
        return modes


class Limits(_Table):
    """How fast this key's jobs may go."""

    tier: Literal["auto", "standard", "pilot", "partner", "custom"] = "auto"
    """`auto` asks the API (whoami)."""
    share: Part = 0.9
    """Part of the tier's budget, daily cap included, that this key's jobs may use."""
    reads_per_minute: Positive | None = None
    """Only with `tier = "custom"`; without it, as the tier `standard`."""
    writes_per_minute: Positive | None = None
    """Only with `tier = "custom"`; without it, as the tier `standard`."""
    writes_per_day: Positive | None = None
    """Only with `tier = "custom"`; without it, as the tier `standard`."""
    window: Annotated[Seconds, Key(gt=0)] = 60.0
    """Length of the API's "minute", for test servers: the limits above count per window."""
    max_attempts: Positive = 4
    """How often one request is tried before its row is given up."""

    @model_validator(mode="after")
    def _figures_belong_to_custom(self) -> Self:
        given = [name for name in ("reads_per_minute", "writes_per_minute", "writes_per_day") if getattr(self, name)]
        if given and self.tier != "custom":
            raise ValueError(f'{given[0]} needs tier = "custom"')
        return self


class Run(_Table):
    """Where runs keep what they know and tell."""

    state_dir: Path = Path(".layersync")
    """Journal, ledger, lock, budget, caches, the sandbox's state."""
    report_dir: Path = Path("reports")
    """One folder per run, and `latest`."""
    formats: Annotated[tuple[Format, ...], NoDecode, BeforeValidator(_items)] = ("csv", "json", "html")
    """Files of a report: csv, json, html, xlsx, markdown, junit."""
    keep_runs: Positive = 30
    """Writing runs to keep; dry runs keep 10."""
    report_mode: FileMode = 0o600
    """Mode of the report's files."""
    all_or_nothing: bool = False
    """One job that cannot send holds the others back, too."""
    fail_on: Literal["any", "new"] = "any"
    """`new`: problems that the last run already had, unchanged, do not make exit code 3."""


class Settings(BaseSettings):
    """`config.toml`, the environment and the flags, read once."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=NESTED,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    api: Api = Api()
    jobs: dict[JobName, Job] = {}
    guards: Guards = Guards()
    limits: Limits = Limits()
    run: Run = Run()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the library's signature, and so below
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """All sources are read and merged by `load`; the model reads nothing behind its back."""
        return (init_settings,)

    @field_validator("jobs", mode="before")
    @classmethod
    def _fill_in_resource_and_key(cls, jobs: Any) -> Any:
        if not isinstance(jobs, dict):
            return jobs
        return {name: _filled(name, job) if isinstance(job, dict) else job for name, job in jobs.items()}


def _filled(name: str, job: dict[str, Any]) -> dict[str, Any]:
    resource = job.get("resource", name)
    form = RESOURCES.get(resource) if isinstance(resource, str) else None
    return {"resource": form.name, "key": form.id_field, **job} if form else job
