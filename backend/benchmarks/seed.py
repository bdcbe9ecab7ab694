"""Fills a migrated database with users and their items. The items of all users are shuffled, as in real use.

`python -m benchmarks.seed` reads the application's settings and prints a `Seeded` as JSON.
"""

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import psycopg

USERS = 1_000
ITEMS_EACH = 100
LOGINS = 32
PASSWORD = "correct horse battery"

_SPAN = timedelta(days=90)


@dataclass(frozen=True)
class Seeded:
    """Seeded data that the requests refer to."""

    user_token: str
    superuser_token: str
    item_ids: list[str]
    """Items of the user."""
    emails: list[str]
    """Addresses of other users, whose password is PASSWORD."""


async def seed(url: str, *, users: int = USERS, items_each: int = ITEMS_EACH) -> Seeded:
    """Fill the database at `url`, and sign in a superuser and a user with the application's own functions."""
    from app.core.database.session import transaction
    from app.core.security.passwords import hash_password

    hashed_password = await hash_password(PASSWORD)
    user_rows = list(_users(users, hashed_password))
    item_rows = list(_items([row[0] for row in user_rows], items_each))
    await asyncio.to_thread(_copy, url, user_rows, item_rows)

    superuser_id, user_id = user_rows[0][0], user_rows[1][0]
    async with transaction() as session:
        superuser_token, user_token = await _sign_in(session, superuser_id), await _sign_in(session, user_id)
    return Seeded(
        user_token=user_token,
        superuser_token=superuser_token,
        item_ids=[str(row[0]) for row in item_rows if row[1] == user_id],
        emails=[row[1] for row in user_rows[2 : 2 + LOGINS]],
    )


async def _sign_in(session: Any, user_id: UUID) -> str:
    from app.auth import service
    from app.auth.models import UserSession
    from app.core.clock import utc_now

    user_session = UserSession(user_id=user_id, expires_at=utc_now() + service.SESSION_LIFETIME)
    session.add(user_session)
    return service.access_token(user_session)


def _moments(count: int, start: datetime) -> Iterator[datetime]:
    """Yield ascending times in the past, some of them without a fraction of a second."""
    step = _SPAN / (4 * max(count, 1))
    for n in range(count):
        moment = start + step * n
        yield moment.replace(microsecond=0) if n % 5 == 0 and step > timedelta(seconds=2) else moment


def _id_at(moment: datetime, chance: random.Random) -> UUID:
    """Create a UUIDv7 for a time, in the layout of `app.core.ids.new_id`."""
    ticks = (int(moment.timestamp() * 1_000_000) << 12) // 1_000
    return UUID(int=(ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | chance.getrandbits(62))


def _users(count: int, hashed_password: str) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(1)  # noqa: S311 - the same data every time
    start = datetime.now(UTC) - _SPAN
    for n, moment in enumerate(_moments(count, start)):
        full_name = None if n % 7 == 3 else f"Zoë O'Neil {n}"
        yield _id_at(moment, chance), f"user-{n:04}@example.com", full_name, True, n == 0, hashed_password, moment


def _items(owners: list[UUID], per_owner: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(2)  # noqa: S311 - the same data every time
    item_owners = owners * per_owner
    chance.shuffle(item_owners)
    start = datetime.now(UTC) - _SPAN / 2
    for n, (owner_id, moment) in enumerate(zip(item_owners, _moments(len(item_owners), start), strict=True)):
        title = f'Item {n:06} "quoted"' if n % 11 == 5 else f"Item {n:06} of the benchmark"
        description = None if n % 9 == 4 else f"What number {n} is for: a café, a naïve plan, and some more words"
        yield _id_at(moment, chance), owner_id, title, description, moment


def _copy(url: str, users: list[tuple[Any, ...]], items: list[tuple[Any, ...]]) -> None:
    import psycopg

    user_columns = "id, email, full_name, is_active, is_superuser, hashed_password, created_at"
    item_columns = "id, owner_id, title, description, created_at"
    with psycopg.connect(url) as connection:
        _copy_table(connection, f"copy users ({user_columns}) from stdin", users)
        _copy_table(connection, f"copy items ({item_columns}) from stdin", items)


def _copy_table(connection: "psycopg.Connection[Any]", statement: str, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


async def _main() -> None:
    from app.core.database.engine import engine
    from app.core.settings import settings

    seeded = await seed(settings.database_url.replace("+psycopg", "", 1))
    await engine.dispose()
    json.dump(asdict(seeded), sys.stdout)


if __name__ == "__main__":
    asyncio.run(_main())
