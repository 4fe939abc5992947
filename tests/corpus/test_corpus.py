"""Every hostile sheet of the corpus is read or refused in words, at its place, within time and memory."""

import fcntl
import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from tests.corpus import hazards
from tests.corpus.case import Case
from tests.corpus.golden_text import GOLDEN, golden_of, kept_goldens, rewrite
from tests.corpus.run import Checked, check

GIGABYTE = 1 << 30
# what is wrong with a file as such: there is no row, cell or tab to name
WHOLE = re.compile(
    r"""there\ is\ no\ file | is\ not\ a\ regular\ file | is\ larger\ than | is\ empty
    | archive,\ not\ a\ sheet | is\ a\ PDF | is\ a\ web\ page | old\ Excel | \.xlsb | password
    | but\ no\ (spreadsheet|Excel)
    | UTF-32 | looks\ like\ UTF-16 | the\ encoding | no\ encoding | header_row\ is\ 99
    | the\ zip\ cannot\ be\ unpacked | packed\ more\ than | parts,\ more\ than | is\ in\ it\ twice | has\ a\ DOCTYPE
    | the\ parser\ stopped | has\ \d+\ tabs: | has\ no\ tab | has\ no\ visible\ tab""",
    re.VERBOSE,
)
# every workbook costs a process of its own; of the same hazards, tests/sheet/workbooks tests the worst every time
SLOW = {"D": [pytest.mark.slow]}
GROUPS = [pytest.param(letter, marks=SLOW.get(letter, [])) for letter in "ABDE"]
EACH = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.stem, marks=SLOW.get(case.hazard[0], [])) for case in hazards.CASES]
)


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Checked, Path]]:
    """Gives the one run of the program over all cases of a letter, which the processes of a test run share."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    @cache
    def run(letter: str) -> tuple[Checked, Path]:
        folder, kept = shared / f"corpus-{letter}", shared / f"corpus-{letter}.json"
        with (shared / f"corpus-{letter}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                folder.mkdir()
                ran = check([case for case in hazards.CASES if case.hazard[0] == letter], folder)
                kept.write_text(json.dumps(asdict(ran)), encoding="utf-8")
        return Checked(**json.loads(kept.read_bytes())), folder

    return run


def test_the_corpus_is_large_and_every_name_stands_once() -> None:
    stems = [case.stem for case in hazards.CASES]
    assert len(stems) == len(set(stems)) >= 300


@pytest.mark.parametrize("letter", GROUPS)
def test_the_program_ends_well(letter: str, checked: Callable[[str], tuple[Checked, Path]]) -> None:
    """No traceback, no abort, no sheet that takes longer than ten seconds, at most a gigabyte."""
    ran, _ = checked(letter)
    cases = [case for case in hazards.CASES if case.hazard[0] == letter]
    # one that hangs is killed, and the last line is about it
    assert [line.partition(": checking ")[0] for line in ran.said] == [case.stem for case in cases]
    assert ran.code == max(case.code for case in cases)
    assert ran.peak_bytes <= GIGABYTE


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
    errors = [problem for problem in job["problems"] if problem["severity"] == "error"]
    assert bool(case.code) == bool(errors or job["message"])
    if case.code == 4:
        assert case.job.get("source", case.file) in job["message"].replace(str(folder), ".")
        assert job["what_to_do"]
        assert errors or WHOLE.search(job["message"]), "a refusal without a place is one of a few kinds"
    for problem in errors:
        assert problem["source"]
        assert problem["row"] or problem["line"] or problem["tab"]
        assert problem["what_to_do"]


def test_no_golden_text_is_left_over() -> None:
    hazards_told = {path.stem for path in GOLDEN.iterdir()}
    told = {file for hazard in hazards_told for file in kept_goldens(hazard)}
    assert told == {case.file for case in hazards.CASES}
