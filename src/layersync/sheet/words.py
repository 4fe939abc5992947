"""The grammar of cells that hold one word of a vocabulary: choices, e-mail addresses, time zones, languages."""

import locale
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from layersync.resources.field import Field, Kind
from layersync.sheet.damage import hidden, plain
from layersync.sheet.finding import Note
from layersync.sheet.suggest import did_you_mean, nearest, shown
from layersync.sheet.zones import near_zone, zone_advice, zone_names
from layersync.values.problem import Severity


class Understood(NamedTuple):
    """What a cell means: its value as `values.cell` writes it, None where it has none, and what to say of it."""

    value: str | None
    notes: tuple[Note, ...] = ()


Suggest = Callable[[Field, str], str | None]

_LANGUAGE_SHAPE: Final = re.compile(r"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_PLAIN_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_TRIMMED: Final = Note("spaces around the value were removed", "", Severity.NOTICE)


class Rationed:
    """Suggestions for the first words that need one: a sheet full of wrong words must not cost minutes."""

    def __init__(self, suggest: Suggest, most: int = 200) -> None:
        self._suggest = suggest
        self._left = most

    def __call__(self, form: Field, word: str) -> str | None:
        """Gives the suggestion for a word, None once the ration is used up."""
        if self._left <= 0:
            return None
        self._left -= 1
        return self._suggest(form, word)


def understand_word(form: Field, cell: str, suggest: Suggest) -> Understood:
    """Reads a cell of a vocabulary; space around it doesn't count, and is told (B4)."""
    word = unicodedata.normalize("NFC", cell.strip())
    word = form.aliases.get(word, word)
    spaces = (_TRIMMED,) if cell.strip() != cell else ()
    unseen = hidden(word)
    if unseen is not None:
        note = Note(f"the value holds a character that cannot be seen ({unseen})", "type the cell again")
        return Understood(None, (note,))
    objection = _OBJECTIONS[form.kind](form, word)
    if objection is None:
        return Understood(word, spaces)
    return Understood(None, (Note(objection, did_you_mean(suggest(form, word), _WAYS_OUT[form.kind](word))),))


def suggest_word(form: Field, word: str) -> str | None:
    """Gives the word of the vocabulary that was probably meant."""
    match form.kind:
        case Kind.ENUM:
            return nearest(word, form.choices)
        case Kind.TIMEZONE:
            return near_zone(word)
        case Kind.LANGUAGE:
            return _near_language(word)
        case _:
            fixed = plain(word).strip("<>\"' ").removeprefix("mailto:")
            return fixed if fixed != word and _not_an_address(form, fixed) is None else None


def _not_a_choice(form: Field, word: str) -> str | None:
    return None if word in form.choices else f"{shown(word)} is not one of {', '.join(form.choices)}"


def _not_an_address(_form: Field, word: str) -> str | None:
    local, _, domain = word.rpartition("@")
    # most addresses are plain and share a few domains: checking each in full would cost seconds
    address = f"x@{domain}" if _PLAIN_LOCAL_PART.fullmatch(local) else word
    objection = _objection_to_address(address)
    return None if objection is None else f"{shown(word)} is not an e-mail address: {objection}"


@lru_cache(maxsize=4096)
def _objection_to_address(address: str) -> str | None:
    # loaded when the first address is seen, as languages are: most sheets have neither
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as failure:
        text = str(failure).rstrip(".")
        return text[:1].lower() + text[1:]
    return None


def _not_a_zone(_form: Field, word: str) -> str | None:
    return None if word in zone_names() else f"{shown(word)} is not an IANA time zone"


def _not_a_language(_form: Field, word: str) -> str | None:
    return None if _is_language(word) else f"{shown(word)} is not a language tag"


def _is_language(tag: str) -> bool:
    if _LANGUAGE_SHAPE.fullmatch(tag) is None:
        return False
    import langcodes  # noqa: PLC0415  as above

    return langcodes.tag_is_valid(tag)


def _near_language(word: str) -> str | None:
    tag = re.sub(r"[\s_]+", "-", word)
    if _is_language(tag):
        import langcodes  # noqa: PLC0415  as above

        return langcodes.standardize_tag(tag)
    # the C library's names of locales hold the English names of languages: english -> en_US.ISO8859-1
    alias = locale.locale_alias.get(word.casefold(), "")
    tag = alias.partition("_")[0]
    return tag if _is_language(tag) else None


_OBJECTIONS: Final[dict[Kind, Callable[[Field, str], str | None]]] = {
    Kind.ENUM: _not_a_choice,
    Kind.EMAIL: _not_an_address,
    Kind.TIMEZONE: _not_a_zone,
    Kind.LANGUAGE: _not_a_language,
}
_WAYS_OUT: Final[dict[Kind, Callable[[str], str]]] = {
    Kind.ENUM: lambda _: "write one of these words",
    Kind.EMAIL: lambda _: "write one address, such as ops@example.com",
    Kind.TIMEZONE: zone_advice,
    Kind.LANGUAGE: lambda _: "write a BCP-47 tag such as en or pt-BR",
}
