"""The data of a small company, the same every time: what screenshots show and measurements load."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

PEOPLE = (
    "Grace Hopper, Alan Turing, Barbara Liskov, Edsger Dijkstra, Katherine Johnson, Donald Knuth, Radia Perlman, "
    "Dennis Ritchie, Frances Allen, Ken Thompson, Hedy Lamarr, Tony Hoare, Margaret Hamilton, Niklaus Wirth, "
    "Karen Spärck Jones, John Backus, Shafi Goldwasser, Leslie Lamport, Adele Goldberg, Robin Milner, Jean Sammet, "
    "Vint Cerf, Mary Kenneth Keller, Claude Shannon, Sophie Wilson, Tim Berners-Lee, Anita Borg, Stephen Kleene"
)
THINGS = (
    "Standing desk, Desk lamp, Conference phone, Projector, Label printer, Noise-cancelling headset, Webcam, "
    "USB-C dock, Mechanical keyboard, Trackball, Drawing tablet, 27-inch monitor, Monitor arm, Cable tester, "
    "Network switch, Access point, Rack shelf, UPS battery, Laser level, Cordless drill, Folding ladder, "
    "First-aid kit, Whiteboard, Coffee grinder, Espresso machine, Electric kettle, Office plant, Bike pump, "
    "Camera tripod, Light stand"
)
PLACES = ("Reception", "Meeting room Oslo", "Meeting room Lima", "Workshop", "Storage, shelf 3", "Kitchen", "Studio")
NOTES = ("Checked in spring", "On loan until Friday", "Needs a new cable", "Bought last year", "Spare part ordered")


def fill(database_url: str, *, superuser: str, items: int = 134) -> None:
    """Names the superuser, and gives everybody things, the newest of them shortly after midnight (UTC)."""
    midnight = datetime.now(UTC).replace(hour=0, minute=30, second=0, microsecond=0)
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE users SET full_name = 'Ada Lovelace', created_at = %s WHERE email = %s RETURNING id",
            (midnight, superuser),
        )
        (ada,) = cursor.fetchone() or (None,)
        owners = [ada]
        for person in _people(midnight):
            owners.append(person["id"])
            _insert(cursor, "users", person)
        cursor.execute("SELECT to_regclass('items')")
        if cursor.fetchone() != (None,):
            for thing in _things(midnight, owners, items):
                _insert(cursor, "items", thing)


def _people(now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(3)  # noqa: S311
    for index, name in enumerate(PEOPLE.split(", ")):
        created_at = now - timedelta(days=index * 2 + chance.randrange(2), minutes=chance.randrange(600))
        yield {
            "id": _id(created_at, index),
            "email": f"{name.lower().replace(' ', '.').replace('ä', 'a')}@example.com",
            "full_name": name,
            "is_active": index % 9 != 4,
            "is_superuser": index in {1, 12},
            "hashed_password": "!",  # nobody signs in as them
            "created_at": created_at,
            "version": 1,
        }


def _things(now: datetime, owners: list[Any], count: int) -> Iterator[dict[str, Any]]:
    """Half of them are the first owner's; on most days some were added, on some none."""
    chance = random.Random(5)  # noqa: S311
    kinds = THINGS.split(", ")
    day = 0
    for index in range(count):
        day += chance.choices((0, 1, 2), (7, 2, 1))[0]
        created_at = now - timedelta(days=day, seconds=index)
        title, place = kinds[index % len(kinds)], chance.choice(PLACES)
        yield {
            "id": _id(created_at, index),
            "owner_id": owners[0] if index % 2 == 0 else chance.choice(owners),
            "title": title if index < len(kinds) else f"{title} no. {index // len(kinds) + 1}",
            "description": chance.choice((place, place, f"{place}. {chance.choice(NOTES)}", None)),
            "created_at": created_at,
            "version": 1,
        }


def _id(created_at: datetime, number: int) -> uuid.UUID:
    """A UUIDv7 without chance: lists are sorted by it."""
    milliseconds = int(created_at.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number)


def _insert(cursor: psycopg.Cursor[Any], table: str, row: dict[str, Any]) -> None:
    names, values = ", ".join(row), ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({values})".encode(), list(row.values()))  # noqa: S608
