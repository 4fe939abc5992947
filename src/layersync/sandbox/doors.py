"""The doors that the real API has not: tests look at the state, edit elsewhere, and set faults through them."""

from collections.abc import Callable

from layersync.sandbox import influencers, projects
from layersync.sandbox.answers import JsonObject, not_found
from layersync.sandbox.beginning import Lines
from layersync.sandbox.exchange import Exchange
from layersync.sandbox.fault_rules import read_rules
from layersync.sandbox.faults import Faults
from layersync.sandbox.ids import influencer_id, project_id
from layersync.sandbox.records import Records


class Doors:
    """No key, no limits, no log: what comes through here is not the API. A wrong body raises ValueError."""

    def __init__(self, exchange: Exchange, faults: Faults, fresh: Callable[[], Lines]) -> None:
        self._exchange = exchange
        self._faults = faults
        self._fresh = fresh

    @property
    def _records(self) -> Records:
        return self._exchange.records

    def state(self) -> JsonObject:
        """All records by bare id, side effects by project, requests per class, and the fault rules."""
        return {
            "organizations": list(self._records.organizations.values()),
            "records": {"projects": self._records.projects, "influencers": self._records.influencers},
            "side_effects": self._records.all_effects(),
            "requests": self._exchange.counts,
            "faults": self._faults.to_json(),
        }

    def edit(self, body: object) -> JsonObject:
        """Somebody edits a record elsewhere: `{resource, id, fields}`, nothing checked. Answers the record."""
        match body:
            case {"resource": "projects", "id": str(text), "fields": dict(changed)}:
                record = self._project(text)
                record = {**record, **changed, "updatedAt": projects.stamp(self._exchange.clock.wall())}
                self._records.put_project(record)
            case {"resource": "influencers", "id": str(text), "fields": dict(changed)}:
                record = self._influencer(text)
                record = {**record, **changed, "updatedAt": influencers.stamp(self._exchange.clock.wall())}
                self._records.put_influencer(record)
            case _:
                raise ValueError("expected {resource, id, fields}")
        self._exchange.store()
        return record

    def delete(self, body: object) -> JsonObject:
        """Somebody deletes a record elsewhere: `{resource, id}`. Answers what it was."""
        match body:
            case {"resource": "projects", "id": str(text)}:
                record = self._project(text)
                self._records.delete("projects", record["id"])
            case {"resource": "influencers", "id": str(text)}:
                record = self._influencer(text)
                self._records.delete("influencers", influencer_id(text) or "")
            case _:
                raise ValueError("expected {resource, id}")
        self._exchange.store()
        return record

    def replace_faults(self, body: object) -> JsonObject:
        """Puts a new list of rules, counted from now, in place of those in force."""
        self._faults.rules = read_rules(body)
        return {"rules": len(self._faults.rules)}

    def reset(self) -> JsonObject:
        """Everything as after a start with --reset: records, kept answers, budgets and counts; no fault rules."""
        self._exchange.begin_anew(self._fresh())
        self._faults.rules = []
        return {"projects": len(self._records.projects), "influencers": len(self._records.influencers)}

    def _project(self, text: str) -> JsonObject:
        record = self._records.projects.get(project_id(text) or "")
        if record is None:
            raise not_found("Project")
        return record

    def _influencer(self, text: str) -> JsonObject:
        record = self._records.influencers.get(influencer_id(text) or "")
        if record is None:
            raise not_found("Influencer")
        return record
