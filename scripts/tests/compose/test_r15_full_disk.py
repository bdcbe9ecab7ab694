"""R15: the disk of the database is full for a while."""

import os
from pathlib import Path

import httpx2
import pytest

from scripts.tests.compose.conftest import sign_in, started
from scripts.tests.compose.stack import Stack, wait_until

pytestmark = pytest.mark.compose

FILES = ("docker-compose.yml", "scripts/tests/compose/full_disk.yml")
USERS = "/api/v1/users/"


class Maker:
    """Makes users, who need room on the disk, and remembers those who were acknowledged."""

    def __init__(self, api: httpx2.Client) -> None:
        self.api = api
        self.made: list[str] = []
        self.tries = 0
        self.status = 0

    def make(self) -> int:
        """The status of the answer."""
        self.tries += 1
        user = {"email": f"{self.tries}@example.com", "password": "correct horse battery", "full_name": "x" * 200}
        answer = self.api.post(USERS, json=user)
        self.status = answer.status_code
        if self.status == 200:
            self.made.append(answer.json()["id"])
        return self.status


def test_r15_a_full_disk_refuses_writes_and_loses_none(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "stack", f"apptest{os.getpid()}-disk", *FILES, DOMAIN="disk.test")
    with started(stack), stack.visitor("api") as api:
        api.headers["Authorization"] = f"Bearer {sign_in(api, stack)}"
        maker = Maker(api)
        assert [maker.make() for _ in range(5)] == [200] * 5
        filled = stack.compose("exec", "disk", "sh", "-c", "cat /dev/zero > /disk/rubbish", status=None)
        assert "No space left" in filled.stderr
        wait_until(lambda: maker.make() != 200, "a write that is refused")
        assert maker.status == 503
        assert api.get(f"{USERS}{maker.made[0]}").status_code == 200
        stack.compose("exec", "disk", "rm", "/disk/rubbish")
        wait_until(lambda: maker.make() == 200, "writing again")
        assert [api.get(f"{USERS}{user}").status_code for user in maker.made] == [200] * len(maker.made)
        stored = api.get(USERS, params={"limit": 1}).json()["count"]
        assert stored == 1 + len(maker.made), "what was answered by 503 is not stored"
