"""R15: the database's disk is temporarily full."""

import os
from pathlib import Path

import httpx2

from scripts.tests.compose.conftest import sign_in, started
from scripts.tests.compose.stack import Stack, wait_until

FILES = ("docker-compose.yml", "scripts/tests/compose/full_disk.yml")
USERS = "/api/v1/users/"


class Creator:
    """Creates users, which needs disk space, and records the acknowledged ones."""

    def __init__(self, api: httpx2.Client) -> None:
        self.api = api
        self.created: list[str] = []
        self.tries = 0
        self.status = 0

    def create(self) -> int:
        """Create a user and return the response's status."""
        self.tries += 1
        user = {"email": f"{self.tries}@example.com", "password": "correct horse battery", "full_name": "x" * 200}
        response = self.api.post(USERS, json=user)
        self.status = response.status_code
        if self.status == 200:
            self.created.append(response.json()["id"])
        return self.status


def test_r15_full_disk_refuses_writes_and_loses_none(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "stack", f"apptest{os.getpid()}-disk", *FILES, DOMAIN="disk.test")
    with started(stack), stack.visitor("api") as api:
        api.headers["Authorization"] = f"Bearer {sign_in(api, stack)}"
        creator = Creator(api)
        assert [creator.create() for _ in range(5)] == [200] * 5
        filled = stack.compose("exec", "disk", "sh", "-c", "cat /dev/zero > /disk/filler", status=None)
        assert "No space left" in filled.stderr
        wait_until(lambda: creator.create() != 200, "a write that is refused")
        assert creator.status == 503
        assert api.get(f"{USERS}{creator.created[0]}").status_code == 200
        stack.compose("exec", "disk", "rm", "/disk/filler")
        wait_until(lambda: creator.create() == 200, "writing again")
        assert [api.get(f"{USERS}{user}").status_code for user in creator.created] == [200] * len(creator.created)
        stored = api.get(USERS, params={"limit": 1}).json()["count"]
        assert stored == 1 + len(creator.created), "a user whose response was 503 is not stored"
