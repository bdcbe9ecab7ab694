"""R15: the disk of the database is full for a while."""

import os
from pathlib import Path

import pytest

from tests.compose.conftest import sign_in, started
from tests.compose.stack import Stack, wait_until
from tests.compose.test_failures import Writer

pytestmark = pytest.mark.compose

FILES = ("docker-compose.yml", "backend/tests/compose/full_disk.yml")


def test_r15_a_full_disk_refuses_writes_and_loses_none(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "stack", f"apptest{os.getpid()}-disk", *FILES, DOMAIN="disk.test")
    with started(stack), stack.visitor("api") as api:
        api.headers["Authorization"] = f"Bearer {sign_in(api, stack)}"
        writer = Writer(api)
        with writer.at_work():
            filled = stack.compose("exec", "disk", "sh", "-c", "cat /dev/zero > /disk/rubbish", status=None)
            assert "No space left" in filled.stderr
            wait_until(lambda: 503 in writer.statuses, "a write that is refused")
            assert api.get(f"/api/v1/items/{writer.acknowledged[0]}").status_code == 200
            stack.compose("exec", "disk", "rm", "/disk/rubbish")
            done = len(writer.acknowledged)
            wait_until(lambda: len(writer.acknowledged) > done + 10, "writing again")
        assert set(writer.statuses) <= {200, 503}
        writer.assert_nothing_is_lost()
        stored = api.get("/api/v1/items/", params={"limit": 1}).json()["count"]
        assert stored == len(writer.acknowledged), "what was answered by 503 is not stored"
