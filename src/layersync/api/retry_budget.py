"""How many retries a run may spend on a rate class, so that they do not multiply an outage (reliability 3.4)."""

_FULL = 100
_COST = 10
_REFUND = 1


class RetryBudget:
    """Tokens: a retry after a try that failed costs ten, a success at the first try brings one back."""

    def __init__(self) -> None:
        self._left = _FULL

    def afford(self) -> bool:
        """Pays for a retry; False where there is not enough left."""
        if self._left < _COST:
            return False
        self._left -= _COST
        return True

    def refund(self) -> None:
        """A request was done at its first try."""
        self._left = min(_FULL, self._left + _REFUND)
