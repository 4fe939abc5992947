"""Why a workbook cannot be read, said inside the child process."""


class Unreadable(Exception):
    """The workbook cannot be used as a whole.

    `message` goes on from the name of the file ("is damaged: ..."), `what_to_do` is a sentence.
    """

    def __init__(self, message: str, what_to_do: str) -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do


def damaged(why: str) -> Unreadable:
    """The file is no sound workbook."""
    return Unreadable(f"is damaged: {why}", "open it in a spreadsheet program and save it again")
