"""The routes of the API and the work behind each."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.routing import compile_path

from layersync.sandbox import influencers, projects, shapes
from layersync.sandbox.answers import ApiError, JsonObject, invalid, not_found
from layersync.sandbox.auth import Caller
from layersync.sandbox.clock import Clock
from layersync.sandbox.faults import Twist
from layersync.sandbox.generations import Generation
from layersync.sandbox.ids import influencer_id, project_id
from layersync.sandbox.pages import page
from layersync.sandbox.records import Records
from layersync.sandbox.validation import check_body, read_body

WHOAMI = "/v1/whoami"


@dataclass(frozen=True)
class Work:
    """All that the work of one call may look at."""

    records: Records
    caller: Caller
    tier: str
    organization_id: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    content_type: str
    clock: Clock
    twist: Twist
    generation: Generation


@dataclass(frozen=True)
class Route:
    """One documented call; `perform` returns the body of a 200 or raises ApiError."""

    method: str
    template: str
    scope: str | None
    perform: Callable[[Work], JsonObject]
    path: re.Pattern[str]


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """The route of a call and the parameters in its path; raises 404 NOT_FOUND or 405."""
    matches = [(route, match) for route in ROUTES if (match := route.path.fullmatch(path))]
    for route, match in matches:
        if route.method == method:
            return route, match.groupdict()
    if not matches:
        raise not_found("Route")
    allowed = ", ".join(route.method for route, _ in matches)
    raise ApiError(405, "METHOD_NOT_ALLOWED", "Method not allowed.", headers={"Allow": allowed})


def whoami(work: Work) -> JsonObject:
    organization = work.records.organizations[work.organization_id]
    return shapes.whoami(organization, work.caller, work.tier, work.generation)


def list_projects(work: Work) -> JsonObject:
    ids = projects.matching(work.records, work.organization_id, work.query)
    stored = work.records.projects
    return _page(work, ids, projects.MAX_PAGE, lambda bare: shapes.project_item(stored[bare], work.generation))


def get_project(work: Work) -> JsonObject:
    return shapes.project(_project(work, "id"), work.generation)


def patch_project(work: Work) -> JsonObject:
    # The form of id and body is judged before the record is looked for.
    _project_id(work, "id")
    patch = read_body(work.body, work.content_type)
    check_body(patch, projects.checks(work.generation))
    old = _project(work, "id")
    projects.refuse_taken(work.records, old, patch)
    if work.twist.stale:
        return shapes.patched_project(old, work.generation)
    new = projects.patched(old, {**patch, **work.twist.lie}, work.clock.wall())
    projects.set_in_motion(work.records, old, new)
    work.records.put_project(new)
    return shapes.patched_project(new, work.generation)


def list_influencers(work: Work) -> JsonObject:
    project = _project(work, "projectId")
    ids = influencers.matching(work.records, project["id"], work.query)
    stored = work.records.influencers
    return _page(work, ids, influencers.MAX_PAGE, lambda bare: shapes.influencer_item(stored[bare], work.generation))


def get_influencer(work: Work) -> JsonObject:
    return shapes.influencer(_influencer(work), work.generation)


def patch_influencer(work: Work) -> JsonObject:
    _influencer_id(work)
    patch = read_body(work.body, work.content_type)
    check_body(patch, influencers.checks(work.generation))
    old = _influencer(work)
    if work.twist.stale:
        return shapes.patched_influencer(old, work.generation)
    new = influencers.patched(old, {**patch, **work.twist.lie}, work.clock.wall())
    work.records.put_influencer(new)
    return shapes.patched_influencer(new, work.generation)


def _page(work: Work, ids: Sequence[str], max_limit: int, show: Callable[[str], JsonObject]) -> JsonObject:
    return shapes.page(page(ids, work.query, max_limit, show), work.generation)


def _project_id(work: Work, param: str) -> str:
    bare = project_id(work.params[param])
    if bare is None:
        raise invalid("Invalid path.", {param: ["Invalid uuid"]})
    return bare


def _project(work: Work, param: str) -> JsonObject:
    record = work.records.project(work.organization_id, _project_id(work, param))
    if record is None:
        raise not_found("Project")
    return record


def _influencer_id(work: Work) -> str:
    bare = influencer_id(work.params["influencerId"])
    if bare is None:
        raise invalid("Invalid path.", {"influencerId": ["Invalid id"]})
    return bare


def _influencer(work: Work) -> JsonObject:
    record = work.records.influencer(work.organization_id, _influencer_id(work))
    if record is None:
        raise not_found("Influencer")
    return record


def _route(method: str, template: str, scope: str | None, perform: Callable[[Work], JsonObject]) -> Route:
    return Route(method, template, scope, perform, compile_path(template)[0])


# Scopes are those of the pages; reading influencers asks for the scope to write them (API facts 8.22).
ROUTES = (
    _route("GET", WHOAMI, None, whoami),
    _route("GET", "/v1/projects", "projects:read", list_projects),
    _route("GET", "/v1/projects/{id}", "projects:read", get_project),
    _route("PATCH", "/v1/projects/{id}", "projects:write", patch_project),
    _route("GET", "/v1/projects/{projectId}/influencers", "influencers:write", list_influencers),
    _route("GET", "/v1/influencers/{influencerId}", "influencers:write", get_influencer),
    _route("PATCH", "/v1/influencers/{influencerId}", "influencers:write", patch_influencer),
)
