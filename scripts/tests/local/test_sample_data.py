"""The data for screenshots and measurements."""

import psycopg

from scripts.local import sample_data

SUPERUSER = "admin@example.com"


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(query.encode()).fetchall()


def test_superuser_has_a_name_and_colleagues(sample_database: str) -> None:
    sample_data.fill(sample_database, superuser=SUPERUSER)
    assert rows(sample_database, "SELECT email FROM users WHERE full_name = 'Ada Lovelace'") == [(SUPERUSER,)]
    assert rows(sample_database, "SELECT count(*) FROM users WHERE NOT is_active") != [(0,)]
