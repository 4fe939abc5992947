"""The refusal of a sheet as a whole for one thing in it: its message begins with the place."""

from layersync.errors import InputUnusable
from layersync.values.problem import Problem


def refusal(problem: Problem) -> InputUnusable:
    """Gives the refusal, which names file, tab and cell as far as they are known."""
    return InputUnusable(f"{where(problem)}: {problem.message}", problem.what_to_do, [problem])


def where(problem: Problem) -> str:
    """Names the place with its file: `projects.xlsx:Projects!F31`, `projects.csv:31`."""
    return ":".join(part for part in (problem.source, problem.place) if part)
