"""Every hostile sheet of the corpus is read or refused in words, at its place, within time and memory."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.corpus import hazards
from tests.corpus.case import Case
from tests.corpus.golden_text import GOLDEN, golden_of, kept_goldens, rewrite
from tests.corpus.run import Checked, check, peak_bytes

GIGABYTE = 1 << 30
# every workbook costs a process of its own
SLOW = {"D": [pytest.mark.slow]}
GROUPS = [pytest.param(letter, marks=SLOW.get(letter, [])) for letter in "ABDE"]
EACH = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.stem, marks=SLOW.get(case.hazard[0], [])) for case in hazards.CASES]
)


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Checked, Path]]:
    """Gives the one run of the program over all cases of a letter."""

    @cache
    def run(letter: str) -> tuple[Checked, Path]:
        folder = tmp_path_factory.mktemp(letter)
        return check([case for case in hazards.CASES if case.hazard[0] == letter], folder), folder

    return run


def test_the_corpus_is_large_and_every_name_stands_once() -> None:
    stems = [case.stem for case in hazards.CASES]
    assert len(stems) == len(set(stems)) >= 300


@pytest.mark.parametrize("letter", GROUPS)
def test_the_program_ends_well(letter: str, checked: Callable[[str], tuple[Checked, Path]]) -> None:
    """No traceback, no abort, no hang, at most a gigabyte."""
    ran, _ = checked(letter)
    assert ran.code == max(case.code for case in hazards.CASES if case.hazard[0] == letter)
    assert ran.err == ""
    assert peak_bytes() <= GIGABYTE


@EACH
def test_a_sheet_is_told_as_in_its_golden_text(
    case: Case, checked: Callable[[str], tuple[Checked, Path]], request: pytest.FixtureRequest
) -> None:
    ran, folder = checked(case.hazard[0])
    job = ran.jobs[case.stem]
    told = golden_of(case, job, folder)
    if request.config.getoption("--update-goldens"):
        rewrite(case, told)
    assert told == kept_goldens(case.hazard).get(case.file)
    assert job["exit_code"] == case.code


@EACH
def test_a_refusal_names_its_file_and_every_error_its_place(
    case: Case, checked: Callable[[str], tuple[Checked, Path]]
) -> None:
    ran, folder = checked(case.hazard[0])
    job = ran.jobs[case.stem]
    if not case.code:
        return
    errors = [problem for problem in job["problems"] if problem["severity"] == "error"]
    if not case.names_place:
        assert case.code == 4
        assert case.job.get("source", case.file) in job["message"].replace(str(folder), ".")
        return
    assert errors
    for problem in errors:
        assert problem["source"]
        assert problem["row"] is not None
        assert problem["what_to_do"]


def test_no_golden_text_is_left_over() -> None:
    hazards_told = {path.stem for path in GOLDEN.iterdir()}
    told = {file for hazard in hazards_told for file in kept_goldens(hazard)}
    assert told == {case.file for case in hazards.CASES}
