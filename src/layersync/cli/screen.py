"""The person in front of the run: what it may tell them, and the one question that it asks."""

from types import TracebackType
from typing import Final, Self

from layersync.cli.answer import read_answer
from layersync.cli.flags import OutputFlags, ReportFormat
from layersync.cli.messages import Messages, to_stderr
from layersync.cli.printing import preview_text
from layersync.cli.progress import Progress, progress_for
from layersync.cli.stdout import Stdout
from layersync.values.report import Report

_LINES: Final = frozenset({"text", "github"})


class Screen:
    """Carries what `sync` says to stderr, and its question to the terminal (`order.Console`)."""

    def __init__(self, messages: Messages, stdout: Stdout, output: OutputFlags, form: ReportFormat = "text") -> None:
        self._messages, self._stdout = messages, stdout
        self._takes_lines = form in _LINES and not output.quiet
        self._progress: Progress = progress_for(messages, output)
        self.diff_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.end()

    def tell(self, line: str) -> None:
        """Says one line."""
        self._messages.tell(line)

    def detail(self, line: str) -> None:
        """Says one line that only `--verbose` wants."""
        self._messages.detail(line)

    def progress(self, job: str, done: int, total: int) -> None:
        """Says how far the writing of a job has come."""
        self._progress.show(job, done, total)

    def agree(self, preview: Report) -> bool:
        """Shows what would be sent and asks; anything but yes is no.

        It is shown on stdout where that takes lines, and on stderr where the person would not see it there.
        """
        self._progress.end()
        lines = list(preview_text(preview, self._stdout.width))
        if self._takes_lines:
            self._stdout.lines(lines)
            self.diff_shown = True
        if not (self._takes_lines and self._stdout.is_terminal):
            to_stderr("".join(f"{line.plain}\n" for line in lines))
        to_stderr("Send these changes? [y/N] ")
        return read_answer().strip().lower() in {"y", "yes"}
