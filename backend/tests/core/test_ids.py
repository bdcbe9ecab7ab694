"""Primary keys are UUIDv7 that sort by creation."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.ids import new_id


def milliseconds(id: uuid.UUID) -> int:
    return id.int >> 80


def test_id_is_a_uuid_of_version_7() -> None:
    id = new_id()
    assert (id.version, id.variant) == (7, uuid.RFC_4122)


def test_ids_are_ordered_within_a_millisecond() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_ids_of_concurrent_threads_are_unique() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: new_id(), range(4_000)))
    assert len(set(ids)) == len(ids)


def test_ids_are_ordered_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    monkeypatch.setattr("app.core.clock._time_ns", lambda: 0)
    assert new_id() > before


def test_id_contains_its_creation_time() -> None:
    before = time.time_ns() // 1_000_000
    assert 0 <= milliseconds(new_id()) - before < 60_000
