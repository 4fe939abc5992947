"""The chart of outcomes: one bar, drawn as SVG inside the page."""

from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from layersync.values.outcome import Word

WIDTH: Final = 800
BAR: Final = 28
LEAST: Final = 4.0

COLOURS: Final = {
    Word.CHANGED: "#2e7d4f",
    Word.WOULD_CHANGE: "#2e7d4f",
    Word.CONVERGED: "#7fb795",
    Word.UNCHANGED: "#c3c9cf",
    Word.SKIPPED: "#e0e3e6",
    Word.NOT_ATTEMPTED: "#8a929b",
    Word.HELD: "#8e5bb0",
    Word.CONFLICT: "#b0569b",
    Word.INVALID: "#d06a2c",
    Word.NOT_FOUND: "#dd9a3c",
    Word.REFUSED: "#c23b3b",
    Word.FAILED: "#962d2d",
    Word.UNKNOWN: "#5f1f1f",
}


def outcome_chart(found: Mapping[Word, int]) -> Element:
    """A figure with one bar, divided by outcome in proportion, and a legend with the counts.

    An outcome that has rows is always wide enough to be seen.
    """
    figure = Element("figure")
    label = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in found.items()) or "no rows"
    bar = SubElement(figure, "svg", viewBox=f"0 0 {WIDTH} {BAR}", role="img", preserveAspectRatio="none")
    bar.set("aria-label", label)
    at = 0.0
    for word, width in _widths(found).items():
        part = SubElement(bar, "rect", x=f"{at:.2f}", y="0", width=f"{width:.2f}", height=str(BAR))
        part.set("fill", COLOURS[word])
        at += width
    legend = SubElement(figure, "figcaption")
    for word, count in found.items():
        entry = SubElement(legend, "span")
        mark = SubElement(entry, "svg", viewBox="0 0 10 10", width="10", height="10")
        SubElement(mark, "rect", width="10", height="10", fill=COLOURS[word])
        mark.tail = f" {count:,} {word.replace('_', ' ')}"
    return figure


def _widths(found: Mapping[Word, int]) -> Mapping[Word, float]:
    total = sum(found.values())
    raised = {word: max(LEAST, WIDTH * count / total) for word, count in found.items()}
    over = sum(raised.values()) / WIDTH
    return {word: width / over for word, width in raised.items()}
