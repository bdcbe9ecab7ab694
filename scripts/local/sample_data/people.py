"""The company's people. The first is the existing superuser."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from scripts.local.sample_data.rows import id_at, insert

PEOPLE = (
    "Grace Hopper, Alan Turing, Barbara Liskov, Edsger Dijkstra, Katherine Johnson, Donald Knuth, Radia Perlman, "
    "Dennis Ritchie, Frances Allen, Ken Thompson, Hedy Lamarr, Tony Hoare, Margaret Hamilton, Niklaus Wirth, "
    "Karen Spärck Jones, John Backus, Shafi Goldwasser, Leslie Lamport, Adele Goldberg, Robin Milner, Jean Sammet, "
    "Vint Cerf, Mary Kenneth Keller, Claude Shannon, Sophie Wilson, Tim Berners-Lee, Anita Borg, Stephen Kleene"
)


def insert_people(cursor: psycopg.Cursor[Any], superuser: str, now: datetime) -> list[UUID]:
    """Insert the people and return their ids, the superuser's first."""
    cursor.execute(
        "UPDATE users SET full_name = 'Ada Lovelace', created_at = %s WHERE email = %s RETURNING id", (now, superuser)
    )
    owners: list[UUID] = [id for (id,) in cursor]
    for person in _people(now):
        owners.append(person["id"])
        insert(cursor, "users", person)
    return owners


def _people(now: datetime) -> Iterator[dict[str, Any]]:
    rng = random.Random(3)  # noqa: S311
    for index, name in enumerate(PEOPLE.split(", ")):
        created_at = now - timedelta(days=index * 2 + rng.randrange(2), minutes=rng.randrange(600))
        yield {
            "id": id_at(created_at, index),
            "email": f"{name.lower().replace(' ', '.').replace('ä', 'a')}@example.com",
            "full_name": name,
            "is_active": index % 9 != 4,
            "is_superuser": index in {1, 12},
            "hashed_password": "!",  # nobody can sign in as them
            "created_at": created_at,
            "version": 1,
        }
