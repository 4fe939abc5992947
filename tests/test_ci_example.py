"""The workflow of `init --ci github` keeps to what docs/ci says: who has the key, what is pinned, what is heard.

(G10, H5, H9.)

It was also read by zizmor, which has no complaint above "low".
"""

import re
import shlex
from importlib.resources import files

import pytest

from layersync.cli.app import build_app

SNIPPETS = files("layersync.cli") / "snippets"
WORKFLOW = (SNIPPETS / "github.yml").read_text(encoding="utf-8")
JOBS = {
    text.partition(":")[0]: text
    for text in re.split(r"^  (?=[a-z]+:)", WORKFLOW.partition("\njobs:\n")[2], flags=re.M)[1:]
}
COMMANDS = [line.strip() for line in re.findall(r"run: (?:exec )?layersync (.*?)(?:>>.*)?$", WORKFLOW, re.M)]


def test_there_are_three_jobs_and_only_those_in_an_environment_see_a_key() -> None:
    assert [*JOBS] == ["check", "preview", "sync"]
    assert {name for name, text in JOBS.items() if "secrets." in text} == {"preview", "sync"}
    assert {name for name, text in JOBS.items() if re.search(r"^    environment: \S", text, re.M)} == {
        "preview",
        "sync",
    }


def test_what_a_pull_request_runs_sends_nothing_and_a_fork_has_no_key() -> None:
    assert "pull_request_target" not in WORKFLOW
    assert "layersync sync --dry-run" in JOBS["preview"]
    assert "head.repo.full_name == github.repository" in JOBS["preview"]
    assert "github.event_name != 'pull_request'" in JOBS["sync"]


def test_the_api_stands_in_the_workflow_where_a_pull_request_cannot_change_it_unseen() -> None:
    with_key = re.findall(r"run: (.*)\n        env:\n          LAYERS_API_KEY", WORKFLOW)
    assert len(with_key) == 2
    assert all('--base-url "$API"' in line for line in with_key)


def test_nothing_is_run_that_is_not_pinned_and_nothing_is_allowed_that_is_not_needed() -> None:
    actions = re.findall(r"uses: (\S+)", WORKFLOW)
    assert len(actions) == 6
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in actions)
    assert len(re.findall(r"pip install --require-hashes --only-binary=", WORKFLOW)) == WORKFLOW.count("pip install")
    assert re.search(r"^permissions:\n  contents: read\n\n", WORKFLOW, re.M)
    assert WORKFLOW.count("permissions:") == 1
    assert WORKFLOW.count("persist-credentials: false") == WORKFLOW.count("actions/checkout@")


def test_one_run_at_a_time_is_never_cancelled_and_hears_the_runner() -> None:
    assert "    concurrency:" in JOBS["sync"]
    assert "cancel-in-progress: false" in JOBS["sync"]
    assert all("run: exec layersync" in text for text in JOBS.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_typed(command: str) -> None:
    build_app().parse_args(shlex.split(command), print_error=False, exit_on_error=False)


def test_no_value_of_the_event_stands_in_a_script() -> None:
    assert len(COMMANDS) == 5
    assert not [line for line in re.findall(r"run: (.*)", WORKFLOW) if "${{" in line]
