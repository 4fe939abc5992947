"""When the API plainly wants none of a job: most of its changes are refused, or the key may not do them."""

from layersync.api.judge import Judgement
from layersync.errors import ApiRefuses
from layersync.values.outcome import Word

_MASS_REFUSAL = 20
_FORBIDDEN_IN_A_ROW = 3


class Rebuffs:
    """Counts what the changes of one job came to."""

    def __init__(self) -> None:
        self._answered = 0
        self._refused = 0
        self._forbidden = 0

    def after(self, judgement: Judgement, word: Word) -> ApiRefuses | None:
        """Takes one more answer and what it meant, and gives why the job should end; None while it may go on."""
        self._answered += judgement.status is not None
        self._refused += word is Word.REFUSED
        self._forbidden = self._forbidden + 1 if judgement.status == 403 else 0
        if self._refused >= _MASS_REFUSAL and self._refused * 2 > self._answered:
            told = f"{self._refused} of {self._answered} changes were refused: {judgement.message}"
            return ApiRefuses(told, "something is wrong with all of them: look at one", whole_run=False)
        if self._forbidden >= _FORBIDDEN_IN_A_ROW:
            return ApiRefuses(f"forbidden: {judgement.message}", "check the key's scopes", whole_run=False)
        return None
