"""Writes a length of time as a person says it."""


def duration(seconds: float) -> str:
    """Gives `0.4 s`, `18 s`, `4 min 10 s` or `2 h 05 min`."""
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
