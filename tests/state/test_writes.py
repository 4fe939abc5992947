"""Writes are counted per UTC day and target, by all who share the state directory."""

from datetime import timedelta

from layersync.state.store import Store
from layersync.state.writes import count_write, writes_on
from tests.state.samples import DAY, ORG, URL


def test_writes_of_a_day_add_up_and_a_new_day_starts_at_nothing(store: Store) -> None:
    assert writes_on(store, URL, ORG, DAY) == 0
    for _ in range(3):
        count_write(store, URL, ORG, DAY)
    assert writes_on(store, URL, ORG, DAY) == 3
    assert writes_on(store, URL, ORG, DAY + timedelta(days=1)) == 0


def test_writes_belong_to_base_url_and_organisation(store: Store) -> None:
    count_write(store, URL, ORG, DAY)
    assert writes_on(store, "https://other.example", ORG, DAY) == 0
    assert writes_on(store, URL, "org_2", DAY) == 0


def test_two_who_share_the_file_share_the_count(store: Store) -> None:
    with Store.open(store.path.parent) as other:
        count_write(store, URL, ORG, DAY)
        count_write(other, URL, ORG, DAY)
        assert writes_on(store, URL, ORG, DAY) == writes_on(other, URL, ORG, DAY) == 2
