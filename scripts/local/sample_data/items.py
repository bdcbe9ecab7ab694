"""The company's items."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from scripts.local.sample_data.rows import id_at, insert

THINGS = (
    "Standing desk, Desk lamp, Conference phone, Projector, Label printer, Noise-cancelling headset, Webcam, "
    "USB-C dock, Mechanical keyboard, Trackball, Drawing tablet, 27-inch monitor, Monitor arm, Cable tester, "
    "Network switch, Access point, Rack shelf, UPS battery, Laser level, Cordless drill, Folding ladder, "
    "First-aid kit, Whiteboard, Coffee grinder, Espresso machine, Electric kettle, Office plant, Bike pump, "
    "Camera tripod, Light stand"
)
PLACES = ("Reception", "Meeting room Oslo", "Meeting room Lima", "Workshop", "Storage, shelf 3", "Kitchen", "Studio")
NOTES = ("Checked in spring", "On loan until Friday", "Needs a new cable", "Bought last year", "Spare part ordered")


def fill(cursor: psycopg.Cursor[Any], owners: list[UUID], newest: datetime, count: int) -> None:
    for item in _items(newest, owners, count):
        insert(cursor, "items", item)


def _items(now: datetime, owners: list[UUID], count: int) -> Iterator[dict[str, Any]]:
    """Half of them belong to the first owner. Most days have new items, some have none."""
    rng = random.Random(5)  # noqa: S311
    kinds = THINGS.split(", ")
    day = 0
    for index in range(count):
        day += rng.choices((0, 1, 2), (7, 2, 1))[0]
        created_at = now - timedelta(days=day, seconds=index)
        title, place = kinds[index % len(kinds)], rng.choice(PLACES)
        yield {
            "id": id_at(created_at, index),
            "owner_id": owners[0] if index % 2 == 0 else rng.choice(owners),
            "title": title if index < len(kinds) else f"{title} no. {index // len(kinds) + 1}",
            "description": rng.choice((place, place, f"{place}. {rng.choice(NOTES)}", None)),
            "created_at": created_at,
            "version": 1,
        }
