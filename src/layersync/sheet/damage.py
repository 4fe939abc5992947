"""The marks that spreadsheets and wrong encodings leave in cells, and characters that nobody sees."""

import re
import unicodedata
from typing import Final

import polars as pl

from layersync.sheet.masks import among, at_most, beyond_ascii

# what Excel, LibreOffice and Google Sheets show for a formula without a value, in the languages of their users
_ERRORS: Final = frozenset(
    """
#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #BUSY! #UNKNOWN! #EXTERNAL!
#PYTHON! #ERROR! #GETTING_DATA LOADING... LOADING…
#NV #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #N/D #N/DISP #VALEUR! #NOM? #NOMBRE! #NUL! #¡REF! #¡VALOR! #¿NOMBRE? #¡NUM!
#¡DIV/0! #¡NULO! #VALOR! #NOME? #NÚM! #NULO! #RIF! #VALORE! #DIV/0 #VERW! #WAARDE! #NAAM? #GETAL! #N/B
""".split()  # noqa: SIM905  a list of words is read more easily than a list of literals
)
_LONGEST_ERROR: Final = 32
_ERROR_SHAPES: Final = r"^(?:#{4,32}|Err:\d{3})$"

# the first bytes of UTF-8 sequences, read as windows-1252, before what no word continues with
_TWICE_ENCODED: Final = "|".join(
    (
        "\N{REPLACEMENT CHARACTER}",
        "Ã[¡-§¨©ª«¬\N{SOFT HYPHEN}¯°±²³´µ¶¸¹º¼½¾¿ƒŒœŠšŸŽž‰€†‡ˆ˜‚„‹›]",
        "Â[¡¢£¤¥¦§¨©¬¯°±²³´µ¶¸¹¼½¾¿]",
        "(?:^|\\W)Ã[–“”‘’—…™][a-z]",
        "â€|ðŸ|ï»¿|ï¿½|ã[‚ƒ]",
        # Greek, Cyrillic, Hebrew, Arabic: two letters of them, one after the other
        "(?:[ÎÏÐÑ×ØÙÚÛ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]){2}",
    )
)
# joiners shape emoji and several scripts, tags shape flags: those are meant
_INVISIBLE: Final = "[\\p{Cf}\\p{Zl}\\p{Zp}--[\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}\U000e0020-\U000e007f]]"
# every character that one of the two above can begin with, or hold: what has none needs no closer look
_STRANGE: Final = "[ÂÃâãðïÎÏÐÑ×ØÙÚÛ\N{SOFT HYPHEN}]|[^\\x00-\\x{2ff}]"
_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co"})
_SMART: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."}
)


def is_strange(texts: pl.Expr) -> pl.Expr:
    """Marks the texts that may be unseen, twice encoded or hold what can't be seen: no others are."""
    return among(texts, beyond_ascii(texts), lambda t: t.str.contains(_STRANGE))


def is_error(trimmed: pl.Expr) -> pl.Expr:
    """Marks the cells that are error values of a spreadsheet (reliability B7, B9)."""
    short = at_most(trimmed, _LONGEST_ERROR)
    return among(trimmed, short, lambda t: t.str.to_uppercase().is_in(list(_ERRORS)) | t.str.contains(_ERROR_SHAPES))


def is_error_text(text: str) -> bool:
    """Tells whether a single text is an error value of a spreadsheet."""
    trimmed = text.strip()
    return trimmed.upper() in _ERRORS or re.search(_ERROR_SHAPES, trimmed) is not None


def is_unseen(trimmed: pl.Expr) -> pl.Expr:
    """Marks the cells that look blank and are not: nothing but characters that can't be seen."""
    return among(trimmed, beyond_ascii(trimmed), lambda t: t.str.contains(r"\A[\p{Cf}\s]+\z"))


def is_twice_encoded(texts: pl.Expr) -> pl.Expr:
    """Marks the texts that were read in a wrong encoding before (`CafÃ©`), or have lost characters to one."""
    return among(texts, beyond_ascii(texts), lambda t: t.str.contains(_TWICE_ENCODED))


def is_twice_encoded_text(text: str) -> bool:
    """Tells whether a single text was read in a wrong encoding before."""
    return re.search(_TWICE_ENCODED, text) is not None


def has_invisible(texts: pl.Expr) -> pl.Expr:
    """Marks the texts with characters that can't be seen and mean nothing (reliability B4)."""
    return among(texts, beyond_ascii(texts), lambda t: t.str.contains(_INVISIBLE))


def hidden(text: str) -> str | None:
    """Names the first character of a word that can't be seen: `U+200B`."""
    if text.isascii() and text.isprintable():
        return None
    found = next((char for char in text if unicodedata.category(char) in _HIDDEN), None)
    return f"U+{ord(found):04X}" if found is not None else None


def plain(text: str) -> str:
    """Gives the text with the quotes and dashes that a keyboard has."""
    return text.translate(_SMART)


def looks_like_formula(text: str) -> bool:
    """Tells whether a spreadsheet would have run the text."""
    return re.match(r"[=+@-]", text) is not None
