"""Which run this is: ids that sort by time and that no other run has."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from layersync.run_identity import is_run_id, new_run_id

NOW = datetime(2026, 11, 21, 2, 0, 3, tzinfo=UTC)


def test_two_runs_of_one_second_that_drew_the_same_number_have_two_ids(tmp_path: Path) -> None:
    first = new_run_id(NOW, Random(1), tmp_path)
    (tmp_path / first).mkdir()
    second = new_run_id(NOW, Random(1), tmp_path)
    assert first != second
    assert is_run_id(first)
    assert is_run_id(second)
    assert first[:16] == second[:16] == "20261121T020003Z"
