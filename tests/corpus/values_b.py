"""B1-B15 of reliability.md: values that spreadsheets, people and other programs mangle."""

from collections.abc import Iterator

from tests.corpus.case import Case, column, keys, sheet, uuid

ULID = "01HZX3K8M4N5P6Q7R8S9T0V1W2"
INFLUENCERS = {"resource": "influencers"}
PROSE = " ".join(["prose that is long enough"] * 5)


def typed() -> Iterator[Case]:
    text_key = {"key": "customerExternalId"}
    yield Case(
        "B01",
        "zeros-and-exponents-stay-text",
        0,
        column("name", "00123", "1.2E+17", "1e5x", "0x1F", "12345678901234567890"),
    )
    yield Case(
        "B01", "words-that-mean-nothing-elsewhere", 3, column("name", "null", "None", "NaN", "NA", "true", "nil")
    )
    yield Case(
        "B01",
        "keys-that-look-like-numbers",
        0,
        sheet("customerExternalId,name", "007,Acme", "7,Beta", "7.0,Gamma"),
        job=text_key,
    )
    yield Case(
        "B01", "numbers-in-dotted-cells", 0, column("metadata.n", "1", "1.0", "1e5", "-0", "007", "true", "null", "[1]")
    )
    yield Case(
        "B01",
        "numbers-beyond-json",
        3,
        column("metadata", '{"a": 1e999}', '{"a": NaN}', '{"a": Infinity}', f'{{"a": {"9" * 5000}}}'),
    )


def damaged_ids() -> Iterator[Case]:
    for name, cell in {
        "scientific": "1.23457E+17",
        "scientific-decimal-comma": "1,23457E+17",
        "scientific-small-e": "5e-324",
        "plain-number": "12345678901234570",
        "negative-number": "-5",
        "trailing-point-zero": "1234567.0",
        "thousands": "1,234,567",
        "date-iso": "2026-11-21",
        "date-slashes": "03/04/2026",
        "date-with-time": "2026-11-21 00:00:00",
        "date-with-month": "1-Dec",
        "percent": "12%",
        "currency": "$12.00",
    }.items():
        yield Case("B02", name, 3, keys(cell))
    yield Case(
        "B02",
        "text-key-in-scientific",
        3,
        sheet("customerExternalId,name", "1.2E+17,Acme"),
        job={"key": "customerExternalId"},
    )
    yield Case("B02", "first-block-is-a-number", 3, keys(f"1E+{uuid(1)[3:]}"))


def id_forms() -> Iterator[Case]:
    for name, cell in {
        "leading-zeros-lost": uuid(1).lstrip("0-"),
        "leading-apostrophe": f"'{uuid(1)}",
        "one-digit-short": uuid(1)[:-1],
        "one-digit-long": f"{uuid(1)}0",
        "letter-outside-hex": uuid(1).replace("8", "g"),
        "letter-o-for-zero": uuid(1).replace("0", "O", 1),
        "without-dashes": "abcdef00-0000-4000-8000-000000000001".replace("-", ""),
        "without-dashes-digits-only": uuid(1).replace("-", ""),
        "braces": f"{{{uuid(1)}}}",
        "urn": f"urn:uuid:{uuid(1)}",
        "upper-case-prefix": f"PRJ_{uuid(1)}",
        "two-prefixes": f"prj_x_{uuid(1)}",
        "two-ids": f"{uuid(1)} {uuid(2)}",
        "two-ids-comma": f"{uuid(1)},{uuid(2)}",
        "web-address": f"https://app.layers.com/projects/{uuid(1)}",
        "name-instead": "Acme Fit",
        "ulid-for-a-project": ULID,
    }.items():
        yield Case("B03", name, 3, keys(cell))
    yield Case("B03", "upper-case-is-the-same", 0, keys("ABCDEF00-0000-4000-8000-00000000000A"))
    yield Case("B03", "prefix-is-allowed", 0, keys(f"prj_{uuid(1)}"))
    yield Case("B03", "ulid-lower-case", 3, sheet("influencerId,name", f"{ULID.lower()},Mia"), job=INFLUENCERS)
    yield Case("B03", "ulid-with-letter-u", 3, sheet("influencerId,name", f"{ULID[:-1]}U,Mia"), job=INFLUENCERS)


def unseen() -> Iterator[Case]:
    for code in (0xAD, 0x200B, 0x200E, 0x202E, 0x2060, 0x2066, 0xFEFF, 0xE0041, 0x2028):
        char = chr(code)
        yield Case("B04", f"u{code:04x}-in-an-id", 3, keys(uuid(1).replace("-", f"-{char}", 1)))
        yield Case("B04", f"u{code:04x}-in-a-choice", 3, column("status", f"act{char}ive"))
    yield Case("B04", "invisibles-in-free-text", 0, column("tagline", "a\u200bb", "a\u00adb", "a\u202eb", "a\u2060b"))
    yield Case(
        "B04",
        "joiners-that-mean-something",
        0,
        column("tagline", "👩\u200d💻", "می\u200cخواهم", "🏴\U000e0067\U000e0062\U000e007f"),
    )
    yield Case("B04", "spaces-around-ids", 0, keys(f" {uuid(1)}", f"{uuid(2)}\u00a0", f"\u2003{uuid(3)}\u3000"))
    yield Case("B04", "spaces-around-choices", 0, column("status", " active", "active\u00a0", "active "))
    yield Case("B04", "spaces-around-text", 0, column("name", " Acme", "Acme\u00a0"))
    yield Case("B04", "cells-of-invisibles-only", 3, column("name", "\u200b", "\ufeff ", "\u00ad\u200b"))
    yield Case("B04", "cells-of-spaces-only", 0, column("name", " ", "\u00a0", "\u2003\u3000"))
    yield Case("B04", "private-use-in-an-id", 3, keys(f"{uuid(1)}\ue000"))


def unicode_forms() -> Iterator[Case]:
    yield Case("B05", "composed-and-decomposed", 0, column("name", "Café", "Cafe\u0301"))
    yield Case("B05", "full-width-digits-in-an-id", 3, keys(uuid(1).replace("4", "４")))
    yield Case("B05", "cyrillic-in-an-id", 3, keys(uuid(10).replace("a", "а").replace("8", "а")))
    yield Case("B05", "arabic-digits-in-an-id", 3, keys(uuid(1).replace("4", "٤")))
    yield Case("B05", "look-alike-choice", 3, column("status", "аctive", "ａｃｔｉｖｅ", "activ\u0435"))
    yield Case(
        "B05",
        "keys-in-two-forms",
        3,
        sheet("customerExternalId,name", "Café,Acme", "Cafe\u0301,Beta"),
        job={"key": "customerExternalId"},
    )
    yield Case("B05", "json-keys-in-two-forms", 3, column("metadata", '{"café": 1, "cafe\u0301": 2}'))
    yield Case("B05", "kelvin-and-angstrom", 0, column("name", "300 \u212a", "10 \u212b"))
    yield Case("B05", "a-letter-with-a-hundred-marks", 3, column("name", "e" + "\u0301" * 100))
    yield Case("B05", "emoji-count-as-characters", 0, column("name", "🍣" * 30))


def typography() -> Iterator[Case]:
    yield Case("B06", "free-text-as-is", 0, column("name", "Don’t – wait…", "“Acme”"))
    yield Case("B06", "dash-in-an-id", 3, keys(uuid(1).replace("-", "–")))
    yield Case("B06", "hard-hyphen-in-an-id", 3, keys(uuid(1).replace("-", "\u2011")))
    yield Case("B06", "quotes-around-a-choice", 3, column("status", "“active”", "'active'", '"active"'))
    yield Case("B06", "curly-json", 3, column("metadata", "{“a”: 1}"))
    yield Case("B06", "dash-in-a-language", 3, column("primaryLanguage", "pt–BR"))
    yield Case("B06", "curly-list", 3, sheet("influencerId,personality.traits", "{1},[“kind”]"), job=INFLUENCERS)


def dates() -> Iterator[Case]:
    yield Case("B07", "hashes-of-a-narrow-column", 3, column("name", "########"))
    yield Case("B07", "hashes-in-the-key", 3, keys("########"))
    yield Case("B07", "dates-are-text-in-text", 0, column("name", "03/04/2024", "2024-03-04"))


def choices() -> Iterator[Case]:
    for name, header, cells in (
        ("status", "status", ("Active", "archive", "paused", "ACTIVE", "activ", "TRUE")),
        ("voice", "brandVoice", ("Witty", "proffesional", "friendly", "warm, casual")),
        ("gender", "targetGender", ("Female", "women", "f", "any")),
        (
            "timezone",
            "timezone",
            ("America/New_Yrok", "EST5", "Berlin", "UTC+1", "GMT", "europe/berlin", "America/New York"),
        ),
        ("language", "primaryLanguage", ("english", "en_US", "EN-us", "xx", "deutsch", "en-", "pt BR")),
        (
            "email",
            "ownerEmail",
            (
                "ops@",
                "@example.com",
                "a b@example.com",
                "mailto:ops@example.com",
                "Ops <ops@example.com>",
                "a@b",
                "ops@example..com",
                "a@example.com, b@example.com",
            ),
        ),
    ):
        yield Case("B08", name, 3, column(header, *cells))
    yield Case(
        "B08",
        "email-beyond-ascii",
        3,
        column("ownerEmail", "zoë@example.com", "ops@bücher.example", "ops@example.com\u200b"),
    )
    yield Case("B08", "skip-column", 3, sheet("id,name,_sync", "{1},Acme,skip", "{2},Beta,SKIP ", "{3},Gamma,yes"))


def errors() -> Iterator[Case]:
    for name, cell in {
        "na": "#N/A",
        "ref": "#REF!",
        "value": "#VALUE!",
        "div0": "#DIV/0!",
        "name": "#NAME?",
        "null": "#NULL!",
        "num": "#NUM!",
        "spill": "#SPILL!",
        "google-error": "#ERROR!",
        "google-loading": "Loading...",
        "german-na": "#NV",
        "spanish-name": "#¿NOMBRE?",
        "libreoffice": "Err:502",
        "lower-case": "#n/a",
        "spaces-around": " #N/A ",
    }.items():
        yield Case(
            "B09", name, 3, sheet("id,name,metadata.a", f"{{1}},{cell},ok", f"{{2}},Acme,{cell}", f"{cell},Beta,ok")
        )
    yield Case("B09", "inside-a-list", 3, sheet("influencerId,personality.traits", "{1},kind|#N/A"), job=INFLUENCERS)
    yield Case("B09", "inside-prose-is-text", 0, column("name", "see #N/A there"))


def formulas() -> Iterator[Case]:
    for name, cell in {
        "equals": "=1+1",
        "hyperlink": '=HYPERLINK("http://evil.example","x")',
        "dde": "=cmd|' /C calc'!A0",
        "plus": "+49 30 1234",
        "minus": "-dash first",
        "at": "@handle",
        "tab-first": "\t=1+1",
    }.items():
        yield Case("B11", f"{name}-in-text", 3 if name == "tab-first" else 0, column("name", cell[:30]))
        yield Case("B11", f"{name}-in-the-key", 3, keys(cell))
    yield Case("B11", "in-a-choice", 3, column("status", "=active"))


def duplicates() -> Iterator[Case]:
    yield Case("B12", "the-same-twice", 3, keys(uuid(1), uuid(2), uuid(1)))
    yield Case(
        "B12", "other-case", 3, keys("abcdef00-0000-4000-8000-000000000001", "ABCDEF00-0000-4000-8000-000000000001")
    )
    yield Case("B12", "with-and-without-prefix", 3, keys(uuid(1), f"prj_{uuid(1)}", f"x_{uuid(1)}"))
    yield Case("B12", "with-and-without-space", 3, keys(uuid(1), f" {uuid(1)} "))
    yield Case("B12", "thirty-times-the-same", 3, keys(*[uuid(1)] * 30))
    yield Case("B12", "one-of-them-skipped", 0, sheet("id,name,_sync", "{1},Acme,skip", "{1},Beta,"))
    yield Case(
        "B12",
        "text-keys-that-differ-by-case",
        0,
        sheet("customerExternalId,name", "a1,Acme", "A1,Beta"),
        job={"key": "customerExternalId"},
    )
    yield Case("B12", "row-without-a-key", 3, sheet("id,name", ",Acme", "{1},Beta", '" ",Gamma'))
    yield Case(
        "B13",
        "id-beside-the-key-damaged",
        3,
        sheet("customerExternalId,id,name", "c1,1.2E+17,Acme", "c2,,Beta"),
        job={"key": "customerExternalId"},
    )


def clears() -> Iterator[Case]:
    yield Case("B14", "blank-cells-are-left-alone", 0, sheet("id,name,status,metadata", "{1},,,", "{2},Acme,,"))
    yield Case("B14", "clear-where-null-is-allowed", 0, column("appName", "<clear>"))
    yield Case("B14", "clear-where-null-is-not", 3, column("name", "<clear>"))
    yield Case("B14", "almost-clear", 3, column("appName", "<Clear>", "< clear >", "<CLEAR>"))
    yield Case("B14", "clear-as-text", 0, column("appName", "\\<clear>", "\\\\<clear>"))
    yield Case("B14", "other-token", 0, column("appName", "-", "<clear>"), job={"clear_token": "-"})
    yield Case("B14", "clear-in-the-key", 3, keys("<clear>"))
    yield Case("B14", "words-for-nothing-are-text", 0, column("appName", "(none)", "n/a", "---"))


def limits() -> Iterator[Case]:
    for header, short, long in (("name", 3, 30), ("appName", 3, 30), ("appDescription", 100, 1000)):
        for length, code in ((short - 1, 3), (short, 0), (long, 0), (long + 1, 3)):
            yield Case("B15", f"{header}-of-{length}", code, column(header, "x" * length))
    yield Case("B15", "tagline-of-80", 0, column("tagline", "é" * 80))
    yield Case("B15", "tagline-of-81", 3, column("tagline", "é" * 81))
    yield Case("B15", "metadata-of-8193-bytes", 3, column("metadata", '{"a":"' + "é" * 4092 + 'x"}'))
    yield Case("B15", "metadata-of-8192-bytes", 0, column("metadata", '{"a":"' + "é" * 4092 + '"}'))
    for name, cell in {
        "not-json": "{a: 1}",
        "array": "[1, 2]",
        "text": '"text"',
        "trailing-comma": '{"a": 1,}',
        "single-quotes": "{'a': 1}",
        "key-twice": '{"a": 1, "a": 2}',
        "half-a-character": '{"a": "\\ud83d"}',
        "cut-off": '{"a": "b',
        "comment": '{"a": 1} // note',
        "nul-escape": '{"a": "\\u0000"}',
    }.items():
        yield Case("B15", f"json-{name}", 0 if name == "nul-escape" else 3, column("metadata", cell))
    yield Case("B15", "json-nested-20000-deep", 3, lambda: column("metadata", '{"a":' * 5000 + "1" + "}" * 5000))
    for name, header, cell in (
        ("list-with-an-empty-item", "personality.traits", "kind||calm"),
        ("list-with-a-number", "personality.traits", '"[""kind"", 1]"'),
        ("list-with-another-separator", "personality.traits", '"kind, calm"'),
        ("object-with-a-wrong-kind", "personality", '"{""traits"": ""kind""}"'),
    ):
        code = 0 if "another" in name else 3
        yield Case("B15", name, code, sheet(f"influencerId,{header}", f"{{1}},{cell}"), job=INFLUENCERS)


CASES = (
    *typed(),
    *damaged_ids(),
    *id_forms(),
    *unseen(),
    *unicode_forms(),
    *typography(),
    *dates(),
    *choices(),
    *errors(),
    *formulas(),
    *duplicates(),
    *clears(),
    *limits(),
)
