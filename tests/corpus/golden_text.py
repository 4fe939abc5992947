"""Golden texts: what the program must say of every case, one file a hazard."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

from tests.corpus.case import Case
from tests.corpus.hazards import CASES
from tests.corpus.run import JsonObject

GOLDEN = Path(__file__).parent / "golden"
_MARK = "## "
_SHOWN = 20


def golden_of(case: Case, job: JsonObject, folder: Path) -> str:
    """Words what was said of one case: the exit code, the refusal, then the first problems with their places."""
    lines = [f"{_MARK}{case.file} -> {job['exit_code']}, {job['rows']} rows"]
    if job["message"]:
        lines += [job["message"], f"  > {job['what_to_do']}"]
    lines += [line for problem in islice(_spoken(job), _SHOWN) for line in _told(problem)]
    left = len(job["problems"]) + len(job["notices"]) - _SHOWN
    lines += [f"  and {left} more"] if left > 0 else []
    return "".join(f"{line}\n" for line in lines).replace(f"{folder}/", "").replace(str(folder), "FOLDER")


def kept_goldens(hazard: str) -> Mapping[str, str]:
    """The golden texts of a hazard by the names of the files."""
    return _kept(hazard).copy()


def rewrite(case: Case, told: str) -> None:
    """Puts one golden text in its place, and drops those of cases that are gone."""
    kept = _kept(case.hazard)
    kept[case.file] = told
    texts = [kept[one.file] for one in CASES if one.hazard == case.hazard and one.file in kept]
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / f"{case.hazard}.txt").write_text("\n".join(texts), encoding="utf-8")


@cache
def _kept(hazard: str) -> dict[str, str]:
    path = GOLDEN / f"{hazard}.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = [f"{_MARK}{part.rstrip()}\n" for part in f"\n{text}".split(f"\n{_MARK}")[1:]]
    return {part.split(" -> ")[0].removeprefix(_MARK): part for part in parts}


def _spoken(job: JsonObject) -> Iterator[JsonObject]:
    yield from job["notices"]
    yield from job["problems"]


def _told(problem: JsonObject) -> Iterator[str]:
    tab = f"{problem['tab']}!" if problem["tab"] else ""
    line = f" (line {problem['line']})" if problem["line"] not in {None, problem["row"]} else ""
    severity = "" if problem["severity"] == "error" else f"{problem['severity']}: "
    yield f"  {tab}{problem['cell'] or '-'}{line}: {severity}{problem['message']}"
    if problem["what_to_do"]:
        yield f"    > {problem['what_to_do']}"
