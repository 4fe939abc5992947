"""Words a problem in one sentence: where, what stands there, what is wrong with it."""

from layersync.report.show import show, visible
from layersync.values.problem import Problem


def sentence(problem: Problem) -> str:
    """Gives `F6 primaryLanguage "engl": is not a language tag`; what the message says itself is not said twice."""
    told = visible(problem.message)
    header = show(problem.header or "", 40)
    place = problem.cell if f'"{header}"' in told else f"{problem.cell} {header}".strip()
    value = "" if problem.value is None else f'"{show(problem.value, 40)}"'
    if value and value not in told:
        place = f"{place} {value}".strip()
    return f"{place}: {told}" if place else told
