"""Fault rules: which requests they meet, and what is wrong with a rule."""

from typing import Any

import pytest

from layersync.sandbox.fault_rules import read_rules
from layersync.sandbox.faults import NO_TWIST, Faults

PATH = "/v1/projects/1"


def fired(rule: dict[str, Any], requests: int = 12) -> list[int]:
    """The numbers of the requests that the rule fires at."""
    faults = Faults(read_rules([{"do": {"status": 500}, **rule}]))
    return [n for n in range(1, requests + 1) if faults.next_twist("PATCH", PATH) is not NO_TWIST]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, list(range(1, 13))),
        ({"times": 2}, [1, 2]),
        ({"nth": 3}, [3]),
        ({"nth": 3, "times": 2, "every": None, "after": None}, [3, 4]),
        ({"every": 4}, [4, 8, 12]),
        ({"every": 4, "times": 2}, [4, 8]),
        ({"nth": 2, "every": 5}, [2, 7, 12]),
        ({"nth": 2, "every": 5, "times": 2}, [2, 7]),
        ({"after": 10}, [11, 12]),
        ({"after": 0, "times": 1}, [1]),
        ({"after": 9, "every": 2}, [10, 12]),
    ],
)
def test_which_of_the_matching_requests_a_rule_meets(rule: dict[str, Any], expected: list[int]) -> None:
    assert fired(rule) == expected


@pytest.mark.parametrize(
    ("method", "pattern", "path", "meets"),
    [
        ("PATCH", "/v1/projects/*", "/v1/projects/abc", True),
        ("GET", "/v1/projects/*", "/v1/projects/abc", False),
        (None, "/v1/projects/*", "/v1/projects/abc", True),
        (None, "/v1/projects/*", "/v1/projects/abc/influencers", False),
        (None, "/v1/projects/*", "/v1/projects", False),
        (None, "/v1/projects/**", "/v1/projects/abc/influencers", True),
        (None, "/v1/*/abc", "/v1/influencers/abc", True),
        (None, "/v1/projects/prj_*", "/v1/projects/prj_1", True),
        (None, "/v1/projects/prj_*", "/v1/projects/1", False),
        (None, "/v1/projects.", "/v1/projectsx", False),
        (None, None, "/anything", True),
    ],
)
def test_method_and_path_of_a_rule(method: str | None, pattern: str | None, path: str, meets: bool) -> None:
    faults = Faults(read_rules([{"method": method, "path": pattern, "do": {"status": 500}}]))
    assert (faults.next_twist("PATCH", path) is not NO_TWIST) is meets


def test_the_first_rule_that_is_due_decides_and_all_that_match_count() -> None:
    rules = [
        {"nth": 2, "do": {"status": 500}},
        {"nth": 3, "do": {"status": 502}},
        {"times": 3, "do": {"status": 503}},
    ]
    faults = Faults(read_rules(rules))
    assert [faults.next_twist("GET", PATH).status for _ in range(4)] == [503, 500, 502, None]
    assert [(rule["seen"], rule["fired"]) for rule in faults.to_json()] == [(4, 1), (4, 1), (4, 1)]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ({}, "a JSON list"),
        ([7], "rule 1 is no object"),
        ([{"do": {"status": 500}}, {"path": "/x"}], "rule 2 has no `do`"),
        ([{"do": {}}], "has no `do`"),
        ([{"do": {"stauts": 500}}], "unknown keys stauts"),
        ([{"nht": 3, "do": {"status": 500}}], "unknown keys nht"),
        ([{"nth": 0, "do": {"status": 500}}], "nth = 0"),
        ([{"every": "2", "do": {"status": 500}}], "every = '2'"),
        ([{"times": True, "do": {"status": 500}}], "times = True"),
        ([{"after": -1, "do": {"status": 500}}], "after = -1"),
        ([{"method": 3, "do": {"status": 500}}], "method = 3"),
        ([{"do": {"status": 600}}], "status = 600"),
        ([{"do": {"status": "503"}}], "status = '503'"),
        ([{"do": {"headers": {"Retry-After": 2}}}], "headers = "),
        ([{"do": {"drop": "during"}}], "drop = 'during'"),
        ([{"do": {"delay": -1}}], "delay = -1"),
        ([{"do": {"drip": True}}], "drip = True"),
        ([{"do": {"truncate": 1.5}}], "truncate = 1.5"),
        ([{"do": {"stale": 1}}], "stale = 1"),
        ([{"do": {"lie": []}}], "lie = "),
    ],
)
def test_a_wrong_rule_is_refused_with_what_is_wrong(rules: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_rules(rules)
