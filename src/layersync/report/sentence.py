"""Words a problem in one sentence: where, what stands there, what is wrong with it."""

from collections.abc import Sequence

from layersync.errors import SyncError
from layersync.report.show import show, visible
from layersync.values.problem import Problem


def sentence(problem: Problem) -> str:
    """Gives `F6 primaryLanguage "engl": is not a language tag`; what the message says itself is not said twice."""
    told = visible(problem.message)
    if problem.cell and told.startswith(f"{problem.cell} "):
        return visible(problem.place) + told.removeprefix(problem.cell)
    header = show(problem.header or "", 40)
    # a notice of the whole sheet that names the tab itself needs no place
    place = "" if not problem.cell and f'"{show(problem.tab or "", 40)}"' in told else visible(problem.place)
    if f'"{header}"' not in told:
        place = f"{place} {header}".strip()
    value = "" if problem.value is None else f'"{show(problem.value, 40)}"'
    if value and value not in told:
        place = f"{place} {value}".strip()
    return f"{place}: {told}" if place else told


def tells_all(failure: SyncError | None, problems: Sequence[Problem]) -> bool:
    """Tells whether a failure says all that its problems would say again."""
    return failure is not None and len(problems) == 1 and problems[0].message in failure.message
