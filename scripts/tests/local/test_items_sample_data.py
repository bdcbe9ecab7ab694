"""The items of the sample data."""

from datetime import UTC, datetime, timedelta

import psycopg

from scripts.local import sample_data
from scripts.tests.local.test_sample_data import SUPERUSER, rows


def test_requested_items_are_created_none_in_the_future(sample_database: str) -> None:
    sample_data.fill(sample_database, superuser=SUPERUSER, rows=250)
    assert rows(sample_database, "SELECT count(*) FROM items") == [(250,)]
    [(newest,)] = rows(sample_database, "SELECT max(created_at) FROM items")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert midnight <= newest <= midnight + timedelta(hours=1)  # type: ignore[operator]


def test_ids_are_in_order_of_creation(sample_database: str) -> None:
    sample_data.fill(sample_database, superuser=SUPERUSER)
    by_id = rows(sample_database, "SELECT title FROM items ORDER BY id")
    assert rows(sample_database, "SELECT title FROM items ORDER BY created_at") == by_id


def test_data_is_the_same_twice_on_one_day(sample_database: str) -> None:
    everything = "SELECT id, title, description, created_at FROM items ORDER BY id"
    sample_data.fill(sample_database, superuser=SUPERUSER)
    first = rows(sample_database, everything)
    with psycopg.connect(sample_database.replace("+psycopg", "")) as connection:
        connection.execute(b"DELETE FROM users WHERE full_name <> 'Ada Lovelace'")
        connection.execute(b"DELETE FROM items")
    sample_data.fill(sample_database, superuser=SUPERUSER)
    assert rows(sample_database, everything) == first
