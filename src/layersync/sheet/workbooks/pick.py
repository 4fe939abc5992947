"""Which tab of a workbook is the sheet."""

from collections.abc import Sequence
from typing import Final

from layersync.sheet.suggest import did_you_mean, nearest, shown
from layersync.sheet.workbooks.facts import Tab
from layersync.sheet.workbooks.unreadable import Unreadable, damaged

_NAMED: Final = 20


def pick_tab(tabs: Sequence[Tab], wanted: str | None) -> Tab:
    """Gives the tab that is asked for, else the only visible one; raises Unreadable where that is not one tab."""
    if len({tab.name for tab in tabs}) < len(tabs):
        raise damaged("two of its tabs have the same name")
    visible = [tab for tab in tabs if not tab.hidden]
    if wanted is not None:
        return _named(tabs, visible, wanted)
    if len(visible) == 1:
        return visible[0]
    if not visible:
        raise Unreadable("has no visible tab with cells", 'name a tab: sheet = "..."')
    raise Unreadable(f"has {len(visible)} tabs: {_list(visible)}", f"name one: sheet = {shown(visible[0].name)}")


def _named(tabs: Sequence[Tab], visible: Sequence[Tab], wanted: str) -> Tab:
    found = next((tab for tab in tabs if tab.name == wanted), None)
    if found is not None:
        return found
    near = nearest(wanted, [tab.name for tab in tabs])
    message = f"has no tab {shown(wanted)}; its tabs: {_list(visible) or 'none'}"
    raise Unreadable(message, did_you_mean(near, "correct the setting sheet"))


def _list(tabs: Sequence[Tab]) -> str:
    more = f" and {len(tabs) - _NAMED} more" if len(tabs) > _NAMED else ""
    return ", ".join(shown(tab.name) for tab in tabs[:_NAMED]) + more
