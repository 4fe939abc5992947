"""A saved plan: what `plan.json` holds, read back."""

from dataclasses import dataclass

from layersync.values.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SavedPlan:
    """The plans of one run as it kept them; `text` is the file as it was written.

    `run_id` is the run that decided them. `digest` names the decisions, whenever and wherever they were made; `seal`
    names this file, so that a plan which happens to decide the same as an earlier one is told apart from it. `plans`
    hold the changes and what came with them; the rows that the run left alone are not in the file.
    """

    text: str
    run_id: str
    base_url: str
    organization_id: str
    config_sha256: str
    plans: tuple[Plan, ...]
    digest: str
    seal: str
