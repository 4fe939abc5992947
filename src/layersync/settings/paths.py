"""What relative paths are relative to: the file's folder in the file, the working directory everywhere else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layersync.settings.model import Job, Settings

STDIN = "-"
SANDBOX_STATE = "sandbox.jsonl"

_FOLDERS = ("state_dir", "report_dir")


def absolute_source(source: str, folder: Path) -> str:
    """Makes the path of a sheet absolute; `-` and addresses stay as they are."""
    if source == STDIN or "://" in source:
        return source
    return str(_absolute(source, folder))


def sandbox_state(settings: Settings) -> Path:
    """The file in which the sandbox keeps its records between runs."""
    return settings.run.state_dir / SANDBOX_STATE


def rebased(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Makes the paths in a table of settings absolute, before it is checked."""
    run, jobs = table.get("run"), table.get("jobs")
    rebased = dict(table)
    if isinstance(run, Mapping):
        rebased["run"] = {name: _moved(value, folder) if name in _FOLDERS else value for name, value in run.items()}
    if isinstance(jobs, Mapping):
        rebased["jobs"] = {name: _job_rebased(job, folder) for name, job in jobs.items()}
    return rebased


def absolute(settings: Settings, folder: Path) -> Settings:
    """Makes every path that is still relative, so of the file or a default, absolute."""
    folders = {name: _absolute(getattr(settings.run, name), folder) for name in _FOLDERS}
    jobs = {name: _job_absolute(job, folder) for name, job in settings.jobs.items()}
    return settings.model_copy(update={"run": settings.run.model_copy(update=folders), "jobs": jobs})


def _job_absolute(job: Job, folder: Path) -> Job:
    return job.model_copy(update={"source": absolute_source(job.source, folder)}) if job.source else job


def _job_rebased(job: Any, folder: Path) -> Any:
    if isinstance(job, Mapping) and isinstance(job.get("source"), str) and job["source"]:
        return {**job, "source": absolute_source(job["source"], folder)}
    return job


def _moved(value: Any, folder: Path) -> Any:
    return str(_absolute(value, folder)) if isinstance(value, str) and value else value


def _absolute(path: str | Path, folder: Path) -> Path:
    home = str(path).startswith("~/")
    return folder / (Path(path).expanduser() if home else path)
