"""The records that the sandbox holds, with their indexes and side effects."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

from layersync.sandbox.answers import JsonObject
from layersync.sandbox.ids import influencer_id, project_id

Resource = Literal["projects", "influencers"]
RESOURCES: tuple[Resource, ...] = ("projects", "influencers")


@dataclass
class Effects:
    """What a project's patches set in motion behind the API."""

    pendingPosts: int = 0  # noqa: N815 - written as it is into JSON
    cancelledPosts: int = 0  # noqa: N815
    researchRestarts: int = 0  # noqa: N815


@dataclass
class _Touched:
    projects: dict[str, JsonObject] = field(default_factory=dict)
    influencers: dict[str, JsonObject] = field(default_factory=dict)
    effects: dict[str, Effects] = field(default_factory=dict)
    deleted: list[list[str]] = field(default_factory=list)


class Records:
    """Projects and influencers by bare id. A stored record is replaced as a whole, never edited in place."""

    def __init__(self) -> None:
        self.organizations: dict[str, JsonObject] = {}
        self.projects: dict[str, JsonObject] = {}
        self.influencers: dict[str, JsonObject] = {}
        self._effects: dict[str, Effects] = {}
        self._by_external_id: dict[tuple[str, str], str] = {}
        self._ordered: dict[tuple[Resource, str], list[str]] | None = None
        self._touched = _Touched()

    @property
    def own_organization(self) -> str:
        """The id of the organization that the keys belong to."""
        return next(iter(self.organizations))

    def organization(self, organization_id: str) -> JsonObject | None:
        return self.organizations.get(organization_id)

    def project(self, organization_id: str, bare_id: str) -> JsonObject | None:
        record = self.projects.get(bare_id)
        return record if record and record["organizationId"] == organization_id else None

    def influencer(self, organization_id: str, bare_id: str) -> JsonObject | None:
        record = self.influencers.get(bare_id)
        if record is None or self.project(organization_id, _project_of(record)) is None:
            return None
        return record

    def projects_of(self, organization_id: str) -> list[str]:
        """Ids of the organization's projects, newest first."""
        return self._order().get(("projects", organization_id), [])

    def influencers_of(self, project: str) -> list[str]:
        """Ids of the project's influencers, newest first."""
        return self._order().get(("influencers", project), [])

    def holder_of(self, organization_id: str, external_id: str) -> str | None:
        """The id of the project that holds this customerExternalId."""
        return self._by_external_id.get((organization_id, external_id))

    def effects(self, project: str) -> Effects:
        return self._effects.setdefault(project, Effects())

    def all_effects(self) -> dict[str, JsonObject]:
        return {project: asdict(effects) for project, effects in self._effects.items()}

    def put_project(self, record: JsonObject) -> None:
        bare = _bare("projects", record)
        old = self.projects.get(bare)
        if old is not None:
            self._release_external_id(old)
        self.projects[bare] = record
        if record["customerExternalId"] is not None:
            self._by_external_id[_external_key(record)] = bare
        self._note_order(old)
        self._touched.projects[bare] = record
        self._touched.effects[bare] = self.effects(bare)

    def put_influencer(self, record: JsonObject) -> None:
        bare = _bare("influencers", record)
        self._note_order(self.influencers.get(bare))
        self.influencers[bare] = record
        self._touched.influencers[bare] = record

    def delete(self, resource: Resource, bare_id: str) -> None:
        """Takes a record out of every answer, as a deletion elsewhere would."""
        if resource == "projects":
            self._release_external_id(self.projects.pop(bare_id))
        else:
            del self.influencers[bare_id]
        self._ordered = None
        self._touched.deleted.append([resource, bare_id])

    def load(self, stored: JsonObject) -> None:
        """Takes over a snapshot or a later change; both have the same form, and the seed has it too."""
        for organization in stored.get("organizations", ()):
            self.organizations[organization["id"]] = organization
        for project, effects in stored.get("effects", {}).items():
            self._effects[project] = Effects(**effects)
        for record in stored.get("projects", ()):
            self.put_project(record)
        for record in stored.get("influencers", ()):
            self.put_influencer(record)
        for resource, bare in stored.get("deleted", ()):
            self.delete(resource, bare)
        self._touched = _Touched()

    def snapshot(self) -> JsonObject:
        return {
            "organizations": list(self.organizations.values()),
            "projects": list(self.projects.values()),
            "influencers": list(self.influencers.values()),
            "effects": self.all_effects(),
        }

    def take_changes(self) -> JsonObject:
        """What changed since the last call, in the form that `load` reads; empty if nothing did."""
        touched, self._touched = self._touched, _Touched()
        changes: JsonObject = {
            "projects": list(touched.projects.values()),
            "influencers": list(touched.influencers.values()),
            "effects": {project: asdict(effects) for project, effects in touched.effects.items()},
            "deleted": touched.deleted,
        }
        return {name: value for name, value in changes.items() if value}

    def _release_external_id(self, project: JsonObject) -> None:
        # An edit elsewhere may have given the same value to two projects.
        key = _external_key(project)
        if self._by_external_id.get(key) == project["id"]:
            del self._by_external_id[key]

    def _note_order(self, replaced: JsonObject | None) -> None:
        # Order hangs on createdAt and owner, which no patch can change.
        if replaced is None:
            self._ordered = None

    def _order(self) -> dict[tuple[Resource, str], list[str]]:
        if self._ordered is None:
            self._ordered = {}
            for bare in _newest_first(self.projects.items()):
                owner = self.projects[bare]["organizationId"]
                self._ordered.setdefault(("projects", owner), []).append(bare)
            for bare in _newest_first(self.influencers.items()):
                owner = _project_of(self.influencers[bare])
                self._ordered.setdefault(("influencers", owner), []).append(bare)
        return self._ordered


def _newest_first(records: Iterable[tuple[str, JsonObject]]) -> list[str]:
    return [bare for _, bare in sorted(((record["createdAt"], bare) for bare, record in records), reverse=True)]


def _bare(resource: Resource, record: JsonObject) -> str:
    bare = project_id(record["id"]) if resource == "projects" else influencer_id(record["influencerId"])
    if bare is None:
        raise ValueError(f"no such form of id: {record}")
    return bare


def _project_of(influencer: JsonObject) -> str:
    return project_id(influencer["projectId"]) or ""


def _external_key(project: JsonObject) -> tuple[str, str]:
    return project["organizationId"], project["customerExternalId"]
