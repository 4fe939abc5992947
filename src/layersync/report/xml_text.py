"""What of a text may stand in XML and HTML: hidden characters made visible, and the two that XML forbids."""

from layersync.report.show import visible


def xml_text(text: str) -> str:
    """Gives a text that every XML 1.0 parser takes; escaping `<` and `&` is the serialiser's business."""
    return visible(text).replace("\ufffe", "\\u{fffe}").replace("\uffff", "\\u{ffff}")
