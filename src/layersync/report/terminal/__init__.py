"""What a run says on a terminal: rich Text, line by line, in which no cell's value is ever markup."""

from layersync.report.terminal.diff import diff_text, problems_text
from layersync.report.terminal.explained import explained_text
from layersync.report.terminal.head import head_text
from layersync.report.terminal.quiet import quiet_text
from layersync.report.terminal.stat import stat_text
from layersync.report.terminal.summary import summary_text

__all__ = ["diff_text", "explained_text", "head_text", "problems_text", "quiet_text", "stat_text", "summary_text"]
