"""The Markdown summary, read by a CommonMark parser."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from layersync.report.summary_md import LONGEST, summary_md
from layersync.values.plan import PlanState
from layersync.values.problem import Problem
from layersync.values.report import Report
from tests.report.made import change, edit, job, line, plan, report
from tests.report.texts import texts

OURS = re.compile(r"<!-- layersync -->|<details open><summary>[A-Z][a-z ,]+</summary>|</details>")
PAYLOADS = (
    "```\n![x](https://evil.example/x.png)",
    "`" * 40,
    "</details><script>alert(1)</script>",
    "@everyone #123 <!-- layersync -->",
    "| a | b |",
    "~~~",
    "[x](javascript:alert(1))",
)


def mixed() -> Report:
    made = plan(
        [line(6, PlanState.INVALID, cell="F6", message="no language tag", what_to_do="write en")],
        [change(2, edit("timezone", "America/New_York", "America/Chicago", "takes effect on the next tick"))],
        problems=[Problem(message="no language tag", what_to_do="write en", row=6, column="F")],
    )
    return report(job(made))


def test_the_summary_tells_target_counts_problems_and_changes() -> None:
    assert (
        summary_md(mixed())
        == """\
<!-- layersync -->

### layersync: 1 to change, 1 needs a person

```text
SANDBOX · Acme Growth · http://127.0.0.1:8765 · dry run
Plan: 1 to change (1 field), 0 unchanged, 1 invalid.

Nothing was sent (dry run). To apply: layersync sync, with the same jobs and flags
```

<details open><summary>Needs a person</summary>

```text
project 9cb958b5-11b5-4e30-8675-5d075d52da7c "Acme Coffee iOS"  row 6 of projects: invalid
    no language tag
    → write en
```

</details>

<details open><summary>Changes, field by field</summary>

```diff
# project 9cb958b5-11b5-4e30-8675-5d075d52da7c "Acme Coffee iOS"  row 2 of projects
  timezone
- America/New_York
+ America/Chicago
! note: takes effect on the next tick
```

</details>
"""
    )


def test_a_run_without_changes_or_problems_is_short() -> None:
    assert summary_md(report(job(plan([line(2, PlanState.UNCHANGED)])))).count("```") == 2


@pytest.mark.parametrize("text", ["x" * 500, "\U0001f600" * 500, "`" * 500])
def test_however_large_the_run_the_summary_fits_a_comment(text: str) -> None:
    bad = [line(row, PlanState.INVALID, message=text, what_to_do=text, name=text) for row in range(2, 1002)]
    changes = [change(row, edit("appDescription", text, text + "!", text), name=text) for row in range(2002, 3002)]
    notices = [Problem(message=text)] * 1000
    told = summary_md(report(job(plan(bad, changes, notices=notices))))
    assert len(told.encode("utf-16-le")) // 2 <= LONGEST
    assert len(re.findall(r"\.\.\. and [\d,]+ more rows: see results\.csv", told)) == 2
    left_out = [int(count.replace(",", "")) for count in re.findall(r"and ([\d,]+) more rows", told)]
    shown = len(re.findall(r"^project", told, re.MULTILINE)), len(re.findall(r"^# project", told, re.MULTILINE))
    assert [left + there for left, there in zip(left_out, shown, strict=True)] == [1000, 1000]


@pytest.mark.parametrize(("backticks", "fence"), [(1, 3), (3, 4), (7, 8)])
def test_a_fence_is_longer_than_any_run_of_backticks_inside(backticks: int, fence: int) -> None:
    made = plan(changes=[change(2, edit("name", "Acme", "`" * backticks))])
    assert summary_md(report(job(made))).count(f"\n\n{'`' * fence}diff\n") == 1


@given(st.lists(texts | st.sampled_from(PAYLOADS), min_size=1, max_size=3).map("\n".join))
def test_no_value_becomes_a_link_an_image_or_html(text: str) -> None:
    safe = text.encode(errors="replace").decode()
    made = plan(
        [line(6, PlanState.INVALID, key=safe, name=safe, message=safe, what_to_do=safe)],
        [change(2, edit("metadata", text, {text: text}, text), name=safe, key=safe)],
        notices=[Problem(message=text, header=text, value=text)],
    )
    tokens = MarkdownIt("commonmark").parse(summary_md(report(job(made, name=text), organization_name=text)))
    kinds = {token.type for token in tokens}
    assert kinds <= {
        "html_block",
        "heading_open",
        "inline",
        "heading_close",
        "fence",
        "paragraph_open",
        "paragraph_close",
    }
    assert all(OURS.fullmatch(token.content.strip()) for token in tokens if token.type == "html_block")
    inline = [child.type for token in tokens if token.type == "inline" for child in token.children or ()]
    assert set(inline) <= {"text"}
    assert sum(token.type == "fence" for token in tokens) == 3
