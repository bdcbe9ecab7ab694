"""Rows that are the same on every run."""

import uuid
from datetime import datetime
from typing import Any

import psycopg


def id_at(created_at: datetime, number: int) -> uuid.UUID:
    """Return a UUIDv7 without random bits. Lists are sorted by it."""
    milliseconds = int(created_at.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number)


def insert(cursor: psycopg.Cursor[Any], table: str, row: dict[str, Any]) -> None:
    names, values = ", ".join(row), ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({values})".encode(), list(row.values()))  # noqa: S608
