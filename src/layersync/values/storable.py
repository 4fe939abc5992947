"""Text that UTF-8 can hold: what an answer or a file name says may be half characters."""


def storable(text: str) -> str:
    """Gives text that can be stored and shown: lone surrogates, which have no UTF-8 form, are written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
