"""The `run` object of `results.json` (contract, section 8)."""

from dataclasses import asdict

from layersync.report.exit_code import exit_code
from layersync.report.instant import instant
from layersync.values.report import Report


def run_object(report: Report, *, detailed: bool) -> dict[str, object]:
    """Who ran what, where and when, and the code it ended with."""
    run = report.run
    return {
        "run_id": run.run_id,
        "command": run.command,
        "dry_run": run.dry_run,
        "started_at": instant(run.started_at),
        "finished_at": instant(run.finished_at),
        "exit_code": exit_code(report, detailed=detailed),
        "base_url": run.base_url,
        "organization_id": run.organization_id,
        "organization_name": run.organization_name,
        "tier": run.tier,
        "tool_version": run.tool_version,
        "host": run.host,
        "user": run.user,
        "trigger": asdict(run.trigger),
        "config_sha256": run.config_sha256,
        "sources": [asdict(source) for source in report.sources],
        "plan_digest": run.plan_digest,
        "resumed_from": run.resumed_from,
        "rebuilt_by": run.rebuilt_by,
        "message": report.failure.message if report.failure else "",
        "what_to_do": report.failure.what_to_do if report.failure else "",
    }
