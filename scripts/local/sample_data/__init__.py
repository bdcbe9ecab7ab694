"""The data of a small company, the same on every run, for screenshots and measurements.

A feature adds its own rows in a module of its name, with `fill(cursor, owners, newest, count)`.
"""

from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

import psycopg

from scripts.local.sample_data.people import insert_people

_OWN = {"people", "rows"}


def fill(database_url: str, *, superuser: str, rows: int = 134) -> None:
    """Name the superuser, add other users, and add `rows` rows per feature, the newest shortly after midnight."""
    midnight = datetime.now(UTC).replace(hour=0, minute=30, second=0, microsecond=0)
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        owners = insert_people(cursor, superuser, midnight)
        for name in sorted(module.name for module in iter_modules(__path__) if module.name not in _OWN):
            import_module(f"{__name__}.{name}").fill(cursor, owners, midnight, rows)
