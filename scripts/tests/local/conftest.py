import uuid
from collections.abc import Iterator

import psycopg
import pytest


@pytest.fixture
def sample_database() -> Iterator[str]:
    """The URL of a migrated database that contains only a superuser."""
    from app.core.settings import settings  # after the tests have set the environment
    from tests import conftest

    name = f"sample_{uuid.uuid4().hex[:12]}"
    conftest.copy_template(name)
    url = settings.database_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO users (id, email, is_active, is_superuser, hashed_password, created_at, version)"
            " VALUES (%s, %s, true, true, '!', now(), 1)",
            (uuid.uuid4(), "admin@example.com"),
        )
    yield url
    conftest.drop_database(name)
