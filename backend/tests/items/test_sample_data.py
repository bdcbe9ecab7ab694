"""The sample data is made in `dev`; its tests are here because they need the items."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from app.core.config import settings
from dev import sample_data
from tests import conftest

SUPERUSER = "admin@example.com"


@pytest.fixture
def database() -> Iterator[str]:
    """The address of a migrated database with a superuser and nothing else."""
    name = f"sample_{uuid.uuid4().hex[:12]}"
    conftest.copy_template(name)
    url = settings.database_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO users (id, email, is_active, is_superuser, hashed_password, created_at, version)"
            " VALUES (%s, %s, true, true, '!', now(), 1)",
            (uuid.uuid4(), SUPERUSER),
        )
    yield url
    conftest.drop_database(name)


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(query.encode()).fetchall()


def test_the_superuser_has_a_name_and_company(database: str) -> None:
    sample_data.fill(database, superuser=SUPERUSER)
    assert rows(database, "SELECT email FROM users WHERE full_name = 'Ada Lovelace'") == [(SUPERUSER,)]
    assert rows(database, "SELECT count(*) FROM users WHERE NOT is_active") != [(0,)]


def test_there_are_as_many_items_as_wanted_none_of_the_future(database: str) -> None:
    sample_data.fill(database, superuser=SUPERUSER, items=250)
    assert rows(database, "SELECT count(*) FROM items") == [(250,)]
    [(newest,)] = rows(database, "SELECT max(created_at) FROM items")
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    assert midnight <= newest <= midnight + timedelta(hours=1)  # type: ignore[operator]


def test_ids_are_in_the_order_of_creation(database: str) -> None:
    sample_data.fill(database, superuser=SUPERUSER)
    by_id = rows(database, "SELECT title FROM items ORDER BY id")
    assert rows(database, "SELECT title FROM items ORDER BY created_at") == by_id


def test_two_fillings_on_one_day_are_the_same(database: str) -> None:
    everything = "SELECT id, title, description, created_at FROM items ORDER BY id"
    sample_data.fill(database, superuser=SUPERUSER)
    first = rows(database, everything)
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute(b"DELETE FROM users WHERE full_name <> 'Ada Lovelace'")
        connection.execute(b"DELETE FROM items")
    sample_data.fill(database, superuser=SUPERUSER)
    assert rows(database, everything) == first
