"""A16-A21 of reliability.md: cut exports, blank rows, empty sheets, headers that lie, the wrong sheet."""

from collections.abc import Iterator

from tests.corpus.case import Case, sheet, uuid

PLAIN = sheet("id,name,tagline", "{1},Acme,x", "{2},Béta,y", '{3},Gamma,"z, z"')


def cuts() -> Iterator[Case]:
    raw = PLAIN.encode()
    yield Case("A16", "inside-a-row", 4, raw[: raw.index(b"Gam")])
    yield Case("A16", "inside-the-last-cell-of-quotes", 4, raw[: raw.index(b", z")])
    yield Case("A16", "inside-a-character", 4, raw[: raw.index("é".encode()) + 1])
    yield Case("A16", "inside-the-key", 4, raw[: raw.index(b"Gam") - 9])
    yield Case("A16", "after-a-separator", 4, sheet("id,name,tagline", "{1},Acme,x") + f"{uuid(2)},")
    yield Case("A16", "inside-the-header", 4, raw[:6])
    yield Case("A16", "at-the-end-of-a-row", 0, raw[: raw.index(uuid(2).encode())])
    yield Case("A16", "before-the-last-line-end", 0, raw[:-1])
    yield Case("A16", "inside-a-utf16-character", 4, b"\xff\xfe" + PLAIN.encode("utf-16-le")[:-1])
    yield Case("A16", "inside-the-mark", 4, b"\xef\xbb")


def blanks() -> Iterator[Case]:
    bad = "{2},B,y"
    for name, blank in {
        "empty-line": "",
        "commas": ",,",
        "spaces": "   ",
        "spaces-between-commas": " , ,\t",
        "no-break-spaces": "\u00a0,\u00a0,\u00a0",
        "quoted-nothing": '"","",""',
        "quoted-line-breaks": '"\n","\n",""',
    }.items():
        yield Case("A17", f"{name}-keeps-the-numbering", 3, sheet("id,name,tagline", "{1},Acme,x", blank, bad))
    yield Case("A17", "thousand-rows-of-commas", 0, sheet("id,name,tagline", "{1},Acme,x") + ",,\n" * 1000)
    yield Case("A17", "blank-rows-above-the-header", 3, sheet("", "", "id,name,tagline", bad), job={"header_row": 3})
    yield Case("A17", "title-above-the-header", 4, sheet("Projects of Acme", "id,name", "{1},Acme"))
    yield Case("A17", "zero-width-space-row", 4, sheet("id,name", "{1},Acme", "\u200b", "{2},Beta"))


def empties() -> Iterator[Case]:
    for name, text in {
        "nothing": "",
        "mark-only": "\ufeff",
        "line-ends-only": "\n\r\n\r",
        "spaces-only": "   \n  ",
        "commas-only": ",,,\n,,,\n",
        "header-only": "id,name\n",
        "header-without-line-end": "id,name",
        "header-and-blank-rows": "id,name\n,\n\n",
        "utf16-mark-only": "",
        "quotes-only": '""\n',
    }.items():
        raw = b"\xff\xfe" if name == "utf16-mark-only" else text.encode()
        yield Case("A18", name, 4, raw)
    yield Case("A18", "header-row-beyond-the-end", 4, PLAIN, job={"header_row": 99})
    yield Case("A18", "header-row-is-the-last", 4, PLAIN, job={"header_row": 4})


def doubles() -> Iterator[Case]:
    for name, header in {
        "the-same-twice": "id,name,name",
        "other-case": "id,name,NAME",
        "space-around": "id,name, name ",
        "no-break-space": "id,name,name\u00a0",
        "zero-width-space": "id,name,na\u200bme",
        "full-width": "id,name,ｎａｍｅ",
        "key-twice": "id,name,ID",
        "unknown-twice": "id,Owner,owner",
        "unknown-in-two-unicode-forms": "id,Café,Cafe\u0301",
        "skip-column-twice": "id,_sync,_SYNC",
    }.items():
        yield Case("A19", name, 4, sheet(header, "{1},Acme,Acme"))
    yield Case("A19", "mapped-and-real", 4, sheet("id,Title,name", "{1},A,B"), job={"columns": {"Title": "name"}})
    yield Case("A19", "two-mapped-to-one", 4, sheet("id,a,b", "{1},A,B"), job={"columns": {"a": "name", "b": "name"}})
    yield Case("A19", "whole-and-by-key", 4, sheet("id,metadata,metadata.a", "{1},{},x"))
    yield Case("A19", "path-and-path-below", 4, sheet("id,metadata.a,metadata.a.b", "{1},x,y"))
    yield Case("A19", "left-out-twice-is-allowed", 0, sheet("id,name,_a,_a", "{1},Acme,x,y"))


def headers() -> Iterator[Case]:
    for name, header in {
        "letters-swapped": "stauts",
        "letter-lost": "tmezone",
        "words-apart": "time zone",
        "snake-case": "owner_email",
        "letter-too-many": "taglinee",
        "trailing-colon": "name:",
        "star-of-a-form": "name*",
        "read-only": "createdAt",
        "read-only-other-case": "UPDATEDAT",
        "empty-part-of-a-path": "metadata..a",
        "path-ends-with-a-dot": "metadata.",
        "path-below-a-text": "name.first",
        "path-of-a-near-object": "metdata.crm",
        "cyrillic-letter": "n\u0430me",
        "curly-quotes": "“name”",
        "brackets": "[name]",
        "error-value": "#REF!",
    }.items():
        code = 0 if name == "error-value" else 4
        yield Case("A20", name, code, sheet(f"id,{header},tagline", "{1},x,y"))
    strict = {"unknown_columns": "error"}
    yield Case("A20", "unknown", 0, sheet("id,name,Owner of it", "{1},Acme,x"))
    yield Case("A20", "unknown-where-refused", 4, sheet("id,name,Owner of it", "{1},Acme,x"), job=strict)
    yield Case("A20", "formula", 0, sheet('id,name,"=HYPERLINK(""http://x"")"', "{1},Acme,x"))
    yield Case("A20", "markup", 0, sheet("id,name,[red]boo[/red]<script>", "{1},Acme,x"))
    yield Case("A20", "right-to-left-override", 0, sheet("id,name,\u202etxt.exe", "{1},Acme,x"))
    yield Case("A20", "very-long", 0, sheet(f"id,name,{'long ' * 2000}", "{1},Acme,x"))
    yield Case("A20", "key-missing", 4, sheet("name,tagline", "Acme,x"))
    yield Case("A20", "key-misspelt", 4, sheet("Id #,name", "{1},Acme"))
    yield Case("A20", "key-is-the-other-key", 4, sheet("customerExternalId,name", "c1,Acme"))
    yield Case("A20", "expected-column-missing", 4, sheet("id,tagline", "{1},x"), job={"expect": ["name"]})
    yield Case("A20", "mapped-column-missing", 0, sheet("id,name", "{1},Acme"), job={"columns": {"Title": "tagline"}})
    yield Case("A20", "case-and-space-do-not-matter", 0, sheet(" ID , NAME ,TimeZone", "{1},Acme,Europe/Berlin"))
    yield Case("A20", "half-of-the-headers-wrong", 4, sheet("id,nmae,stauts,tagline,langage", "{1},a,b,c,d"))


def wrong_sheets() -> Iterator[Case]:
    ulid = "01HZX3K8M4N5P6Q7R8S9T0V1W2"
    influencers = {"resource": "influencers"}
    projects = sheet("id,name,status,timezone", "{1},Acme,active,Europe/Berlin")
    persons = sheet("influencerId,name,gender,vibe", "{1},Mia,female,calm")
    yield Case("A21", "projects-as-influencers", 4, projects, job=influencers)
    yield Case("A21", "influencers-as-projects", 4, persons)
    yield Case("A21", "ids-of-influencers-as-ids-of-projects", 3, sheet("id,name", f"{ulid},Mia", "{1},Acme"))
    yield Case("A21", "fields-of-the-other-resource", 0, sheet("id,name,gender", "{1},Acme,female"))
    yield Case(
        "A21", "id-of-the-project-as-key-of-an-influencer", 4, sheet("projectId,name", "{1},Mia"), job=influencers
    )
    yield Case("A21", "some-other-export", 4, sheet("Date,Campaign,Clicks", "2026-01-02,Spring,12"))


CASES = (*cuts(), *blanks(), *empties(), *doubles(), *headers(), *wrong_sheets())
