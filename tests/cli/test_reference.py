"""docs/reference.md says what the program does."""

from pathlib import Path

from layersync.cli.exit_codes import EXIT_CODES
from layersync.cli.reference import reference
from layersync.report.exit_code import ORDER
from layersync.settings.environment import variable
from layersync.settings.names import all_names

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def test_the_page_is_what_the_program_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: python -m layersync.cli.reference > docs/reference.md"


def test_every_key_has_its_row_with_its_variable() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{'.'.join(name)}` | `{variable(name)}` |" in page for name in all_names())


def test_every_exit_code_is_told() -> None:
    assert {str(code) for code in ORDER} <= set(EXIT_CODES)
