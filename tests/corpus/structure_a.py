"""A8-A15 of reliability.md: separators, line ends, quotes, ragged rows."""

from collections.abc import Iterator

from tests.corpus.case import Case, sheet, uuid

THREE = ("{1},Acme,x", "{2},Beta,y", "{3},Gamma,z")
PROSE = " ".join(["a line of prose that is long enough"] * 3)


def separators() -> Iterator[Case]:
    for name, stop in {"semicolon": ";", "tab": "\t", "bar": "|"}.items():
        text = sheet("id,name,tagline", *THREE).replace(",", stop)
        yield Case("A08", name, 0, text)
        yield Case("A08", f"sep-line-{name}", 0, f"sep={stop}\r\n{text}")
    text = sheet("id,name,tagline", *THREE)
    yield Case("A08", "semicolon-with-decimal-commas", 0, sheet("id;name;tagline", "{1};Acme;1,5", "{2};Beta;2,75"))
    yield Case("A08", "sep-line-quoted", 0, '"sep=,"\n' + text)
    yield Case("A08", "sep-line-that-lies", 4, "sep=;\n" + text)
    yield Case("A08", "sep-line-unknown", 4, "sep=x\n" + text)
    yield Case("A08", "sep-line-twice", 4, "sep=,\nsep=,\n" + text)
    yield Case("A08", "sep-line-after-mark", 0, "\ufeffsep=;\r\n" + text.replace(",", ";"))
    yield Case("A08", "spaces-as-separator", 4, text.replace(",", " "))
    yield Case("A08", "colon-as-separator", 4, text.replace(",", ":"))
    yield Case("A08", "full-width-comma", 4, text.replace(",", "，"))
    yield Case("A08", "every-row-in-one-pair-of-quotes", 4, "".join(f'"{line}"\n' for line in text.splitlines()))
    yield Case("A08", "two-separators-yield-the-key", 4, sheet("id,x;id;y", "{1},a;b;c"))
    yield Case("A08", "key-in-a-quoted-header", 0, sheet('"id";"name, or title";name', "{1};a;Acme"))
    yield Case("A08", "key-only", 0, sheet("id", "{1}", "{2}"))
    yield Case("A08", "commas-in-header-semicolons-below", 4, sheet("id,name", "{1};Acme", "{2};Beta"))


def line_ends() -> Iterator[Case]:
    text = sheet("id,name,tagline", *THREE)
    for name, end in {"cr": "\r", "crlf": "\r\n", "lf": "\n"}.items():
        yield Case("A09", f"{name}-only", 0, text.replace("\n", end))
        yield Case("A09", f"{name}-none-at-the-end", 0, text.replace("\n", end).removesuffix(end))
    yield Case("A09", "lfcr", 0, text.replace("\n", "\n\r"))
    yield Case("A09", "crcrlf", 0, text.replace("\n", "\r\r\n"))
    yield Case("A09", "mixed", 0, sheet("id,name", "{1},Acme", end="\r\n") + sheet("{2},Beta", "{3},Gamma", end="\r"))
    yield Case("A09", "cr-inside-quotes-one-line-column", 4, sheet("id,name", '{1},"Ac\rme"', "{2},Beta"))
    yield Case("A09", "cr-in-a-cell-without-quotes", 4, sheet("id,name", "{1},Ac\rme", "{2},Beta"))
    yield Case("A09", "line-separator-of-unicode", 4, text.replace("\n", "\u2028"))
    yield Case("A09", "next-line-of-c1", 4, text.replace("\n", "\x85"))
    yield Case("A09", "backslash-n", 4, text.replace("\n", "\\n"))
    yield Case("A09", "vertical-tab", 4, text.replace("\n", "\v"))


def line_breaks() -> Iterator[Case]:
    yield Case("A10", "in-a-multi-line-column", 0, sheet("id,appDescription", f'{{1}},"{PROSE}\n{PROSE}"'))
    yield Case("A10", "crlf-in-a-multi-line-column", 0, sheet("id,appDescription", f'{{1}},"{PROSE}\r\n{PROSE}"'))
    yield Case("A10", "in-json", 0, sheet("id,metadata", '{1},"{\n  ""a"": 1\n}"'))
    yield Case("A10", "in-a-one-line-column", 4, sheet("id,name", '{1},"Acme\nFit"', "{2},Beta"))
    yield Case("A10", "in-the-key", 4, sheet("id,name", '"{1}\n",Acme', "{2},Beta"))
    yield Case("A10", "in-the-header", 0, sheet('id,"Notes\nof ours",name', "{1},x,Acme"))
    yield Case("A10", "in-the-header-of-a-field", 4, sheet('id,"time\nzone"', "{1},Europe/Berlin"))
    yield Case(
        "A10", "row-after-a-long-cell", 3, sheet("id,appDescription,name", f'{{1}},"{PROSE}\n\n\n",Acme', "{2},,Be")
    )


def quotes() -> Iterator[Case]:
    broken = {
        "unclosed-at-the-end": ("{1},Acme,x", '{2},Beta,"y'),
        "unclosed-in-the-middle": ("{1},Acme,x", '{2},"Beta,y', "{3},Gamma,z"),
        "unclosed-in-the-first-cell": ('"{1},Acme,x', "{2},Beta,y"),
        "text-after-the-closing-quote": ('{1},"Acme" Fit,x',),
        "space-after-the-closing-quote": ('{1},"Acme" ,x',),
        "escaped-with-backslash": ('{1},"the \\"red\\" one",x',),
        "only-a-quote": ('{1},",x',),
        "letter-after-a-doubled-quote": ('{1},""Acme"",x',),
        "digits-after-the-closing-quote": ('{1},"27"30,x',),
        "quote-closed-in-another-row": ('{1},"Acme,x', '{2},Be"ta,y'),
    }
    for name, lines in broken.items():
        yield Case("A11", name, 4, sheet("id,name,tagline", *lines))
    below = sheet("id,name", '{1},"Acme" Fit', "{2},Beta").encode().replace(b"Beta", b"B\xe9ta")
    yield Case("A11", "above-a-byte-that-is-not-utf8", 4, below)
    yield Case("A11", "unclosed-in-the-header", 4, sheet('id,"name,tagline', "{1},Acme,x"))
    yield Case("A11", "backslash-before-the-closing-quote-is-text", 0, sheet("id,name", '{1},"Acme\\"', "{2},Beta"))
    yield Case("A11", "three-quotes-open-with-one", 0, sheet("id,name", '{1},"""Acme"', "{2},Beta"))
    yield Case("A11", "four-quotes-are-one", 3, sheet("id,name", '{1},""""', "{2},Beta"))
    yield Case("A11", "two-quotes-are-blank", 0, sheet("id,name", '{1},""', "{2},Beta"))
    yield Case("A11", "single-quotes-are-text", 0, sheet("id,name", "{1},'Acme'", "{2},'Beta'"))
    yield Case("A11", "single-quotes-around-a-comma", 4, sheet("id,name", "{1},'Acme, Fit'"))
    yield Case("A11", "backslash-at-the-end-of-a-cell", 0, sheet("id,name", "{1},Acme\\", "{2},Beta"))


def runaways() -> Iterator[Case]:
    swallowing = {
        "closed-in-a-later-row": ("id,name,tagline", '{1},Acme,"x', "{2},Beta,y", '{3},Gamma,z"'),
        "key-first": ("id,appDescription,name", f'{{1}},"{PROSE}', f"{{2}},{PROSE},Beta", f'{{3}},{PROSE}",Gamma'),
        "key-last": ("name,appDescription,id", f'Acme,"{PROSE},{{1}}', f'Beta,{PROSE}",{{2}}', f"Gamma,{PROSE},{{3}}"),
        "key-with-prefix": ("id,appDescription", f'{{1}},"{PROSE}', f"prj_{{2}},{PROSE}", f'prj_{{3}},{PROSE}"'),
        "key-in-quotes": ("id,appDescription,name", f'{{1}},"{PROSE}', f'""{{2}}"",{PROSE},B', f'{{3}},{PROSE}",C'),
        "in-json": ("id,metadata", '{1},"{""a"": ""b', '{2},c""}"'),
        "with-crlf": ("id,name,tagline", '{1},Acme,"x\r', "{2},Beta,y\r", '{3},Gamma,z"\r'),
        "to-the-end-of-the-sheet": (
            "id,name,appDescription",
            f'{{1}},Acme,"{PROSE}',
            f"{{2}},Beta,{PROSE}",
            f'{PROSE}"',
        ),
        "semicolons": ("id;name;appDescription", f'{{1}};Acme;"{PROSE}', f'{{2}};Beta;{PROSE}"'),
        "upper-case-key": ("id,appDescription,name", f'{{1}},"{PROSE}', f'{uuid(10).upper()},{PROSE}",Beta'),
    }
    for name, lines in swallowing.items():
        yield Case("A12", name, 4, sheet(*lines))
    mentions = sheet("id,appDescription", f'{{1}},"{PROSE}\nsee {{2}}, please"', "{2},")
    yield Case("A12", "prose-that-mentions-a-key", 0, mentions)


def strays() -> Iterator[Case]:
    yield Case("A13", "inch-mark", 4, sheet("id,name", '{1},27" monitor', "{2},Beta"))
    yield Case("A13", "two-inch-marks-in-a-cell", 0, sheet("id,name", '{1},27"x30" screen', "{2},Beta"))
    yield Case("A13", "two-inch-marks-in-two-cells", 4, sheet("id,name,tagline", '{1},27" one,30" two', "{2},Beta,y"))
    yield Case("A13", "two-inch-marks-in-two-rows", 4, sheet("id,name", '{1},27" one', '{2},30" two'))
    yield Case("A13", "space-before-the-opening-quote", 4, sheet("id,name", '{1}, "Acme, Fit"', "{2},Beta"))
    yield Case("A13", "space-before-quotes-no-comma", 4, sheet("id,name", '{1}, "Acme"', "{2},Beta"))
    yield Case("A13", "curly-quotes", 0, sheet("id,name", "{1},“Acme”", "{2},„Beta“"))
    yield Case("A13", "curly-quotes-around-a-comma", 4, sheet("id,name", "{1},“Acme, Fit”"))
    yield Case("A13", "quote-at-the-end", 4, sheet("id,name", '{1},Acme"', "{2},Beta"))
    yield Case("A13", "in-the-key", 4, sheet("id,name", '{1}",Acme', "{2},Beta"))
    yield Case("A13", "in-the-header", 4, sheet('id,na"me', "{1},Acme"))


def short_rows() -> Iterator[Case]:
    header = "id,name,tagline,appName"
    for count in range(1, 4):
        short = ",".join(("{2}", "Beta", "y")[:count])
        yield Case("A14", f"{count}-of-4-fields", 4, sheet(header, "{1},Acme,x,App", short, "{3},Gamma,z,App"))
    yield Case("A14", "last-row", 4, sheet(header, "{1},Acme,x,App") + f"{uuid(2)},Be")
    yield Case("A14", "every-row", 4, sheet(header, "{1},Acme,x", "{2},Beta,y"))
    yield Case("A14", "lost-separator", 4, sheet(header, "{1},Acme x,App", "{2},Beta,y,App"))
    yield Case("A14", "short-and-long", 4, sheet(header, "{1},Acme,x", "{2},Beta,y,App,more"))
    yield Case("A14", "short-with-every-cell-blank", 0, sheet(header, "{1},Acme,x,App", ",", "{2},Beta,y,App"))
    yield Case("A14", "row-that-is-a-comment", 4, sheet(header, "# the first ones", "{1},Acme,x,App"))
    yield Case("A14", "row-of-totals", 4, sheet(header, "{1},Acme,x,App", "Total: 1"))


def long_rows() -> Iterator[Case]:
    yield Case("A15", "comma-without-quotes", 4, sheet("id,name,tagline", "{1},Acme, Inc,x", "{2},Beta,y"))
    yield Case("A15", "comma-at-the-end-of-a-row", 4, sheet("id,name", "{1},Acme,", "{2},Beta"))
    yield Case("A15", "comma-at-the-end-of-every-row", 4, sheet("id,name", "{1},Acme,", "{2},Beta,"))
    yield Case("A15", "comma-at-the-end-of-every-line", 0, sheet("id,name,", "{1},Acme,", "{2},Beta,"))
    yield Case("A15", "comma-at-the-end-of-the-header", 4, sheet("id,name,", "{1},Acme", "{2},Beta"))
    yield Case("A15", "many-empty-columns", 0, sheet("id,name" + "," * 30, "{1},Acme" + "," * 30))
    yield Case("A15", "unnamed-column-with-data", 4, sheet("id,,name", "{1},x,Acme", "{2},,Beta"))
    yield Case("A15", "unnamed-column-in-the-middle", 0, sheet("id,,name", "{1},,Acme", "{2},,Beta"))
    yield Case("A15", "header-of-one-space", 4, sheet("id, ,name", "{1},x,Acme"))
    yield Case("A15", "header-of-a-no-break-space", 4, sheet("id,\u00a0,name", "{1},x,Acme"))
    yield Case("A15", "header-of-a-zero-width-space", 0, sheet("id,\u200b,name", "{1},x,Acme"))


CASES = (
    *separators(),
    *line_ends(),
    *line_breaks(),
    *quotes(),
    *runaways(),
    *strays(),
    *short_rows(),
    *long_rows(),
)
