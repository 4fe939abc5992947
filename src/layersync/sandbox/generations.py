"""The generations of the API's documentation that the sandbox can play: one table of what differs, and who says so.

The public pages contradict each other in two layers, an older one (A) and a newer one (B); the two PATCH pages that are
the seed belong to one each. `seed` is what those two say; the others are their layer as a whole. "Facts" are the API
facts by section. What no page tells is marked "ours": one of the readings that the pages leave open, so that each is
played by somebody.
"""

from dataclasses import dataclass

from layersync.sandbox.auth import AuthMode


@dataclass(frozen=True, kw_only=True)
class Generation:
    """What one generation says where it could say something else; the comments name the source."""

    # how a key is shown. Seed and B: the label Bearer on both pages, facts 5.1. A: X-Api-Key, Bearer as well (5.1)
    auth: AuthMode
    # status of VALIDATION. Seed and B: the tables of both pages. A: the prose of the project page (facts 8.5)
    validation_status: int
    # details of VALIDATION as a list of {path, message}, else by field. Seed, A: influencer page. B: facts 3
    lists_issues: bool
    # a suspended key hears 200 and killSwitch from whoami, and 503 elsewhere; else 503 everywhere (facts 1.1, 8.14)
    whoami_tells_suspension: bool
    # scopes mean something and whoami names them; else they are [] and open everything (facts 5.2, 8.15)
    has_scopes: bool
    # X-Layers-Organization and parentOrganizationId exist; else the header is not looked at (facts 1.1, 5.2)
    has_child_organizations: bool
    # what stands before the UUID of organizations and keys; both seed pages have the first of them (facts 1.1, 7.3)
    account_prefixes: tuple[str, str]
    # what stands before a project's id, in its own record and in an influencer's. Seed: the two pages. A, B: facts 7.3
    project_prefix: str
    parent_prefix: str
    # GET shows the brand inside brandContext, else flat. Seed: "identical in shape to GET". A, B: facts 1.3, 8.4
    nests_brand: bool
    # PATCH shows it nested, too. B: the project page is of B and its answer is flat. A: ours
    nests_brand_in_patch: bool
    # the fields of approval (A) and of platforms (B) that a full project shows beside (facts 1.3)
    project_extras: tuple[tuple[str, object], ...]
    # items of the list of projects show updatedAt. Seed, B: facts 1.2. A: ours
    lists_updates: bool
    # items of lists show fields that are null. Seed, B: facts 1.2. A: ours
    lists_nulls: bool
    # PATCH of an influencer answers with fields that are null. Seed, A: the page's example has none. B: ours
    patch_shows_nulls: bool
    # influencers are a name, a gender, an age, a voice and a language, else the whole persona (facts 8.1-8.3)
    narrow: bool
    # how long a project's name may be, from and to. Seed, B: project page. A: facts 8.11
    project_name: tuple[int, int]
    # times in milliseconds with Z, else as stored: the forms of the two seed pages (facts 7.3)
    milliseconds: bool
    # records, pages and errors hold fields, and influencers a status, that no page names (facts 8.17, 8.21; ours)
    has_strangers: bool


SEED = Generation(
    auth="bearer",
    validation_status=422,
    lists_issues=False,
    whoami_tells_suspension=False,
    has_scopes=True,
    has_child_organizations=True,
    account_prefixes=("org_", "key_"),
    project_prefix="",
    parent_prefix="proj_",
    nests_brand=False,
    nests_brand_in_patch=False,
    project_extras=(),
    lists_updates=True,
    lists_nulls=True,
    patch_shows_nulls=False,
    narrow=False,
    project_name=(3, 30),
    milliseconds=False,
    has_strangers=False,
)
A = Generation(
    auth="both",
    validation_status=400,
    lists_issues=False,
    whoami_tells_suspension=True,
    has_scopes=False,
    has_child_organizations=False,
    account_prefixes=("", ""),
    project_prefix="",
    parent_prefix="proj_",
    nests_brand=True,
    nests_brand_in_patch=True,
    project_extras=(("requiresApproval", False), ("firstNPostsBlocked", 0), ("currentBlockedCount", 0)),
    lists_updates=False,
    lists_nulls=False,
    patch_shows_nulls=False,
    narrow=False,
    project_name=(1, 128),
    milliseconds=False,
    has_strangers=True,
)
B = Generation(
    auth="bearer",
    validation_status=422,
    lists_issues=True,
    whoami_tells_suspension=False,
    has_scopes=True,
    has_child_organizations=True,
    account_prefixes=("org_", "key_"),
    project_prefix="prj_",
    parent_prefix="prj_",
    nests_brand=True,
    nests_brand_in_patch=False,
    project_extras=(("platformIosBundleId", None), ("platformAndroidBundleId", None), ("platformWebDomain", None)),
    lists_updates=True,
    lists_nulls=True,
    patch_shows_nulls=True,
    narrow=True,
    project_name=(3, 30),
    milliseconds=True,
    has_strangers=True,
)
GENERATIONS = {"seed": SEED, "a": A, "b": B}
