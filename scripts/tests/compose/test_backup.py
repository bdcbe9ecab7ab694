"""Backup and restore on a server's stack: the image's programs, the profile, read-only containers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.tests.compose.conftest import sign_in
from scripts.tests.compose.stack import Stack, wait_until

ME = "/api/v1/users/me"


class Backups:
    """Runs `./scripts/backups` on this stack, without the build."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def run(self, *arguments: str, **options: Any) -> str:
        place = ["-e", "BACKUP_URL=file:///backups"]
        command = ["run", "--rm", "--no-TTY", *place, "backup", "python", "-m", "app.backups", *arguments]
        return str(self.stack.compose("--profile", "backup", *command, **options).stdout)


@pytest.fixture
def backups(production: Stack) -> Iterator[Backups]:
    for name in ("BACKUP_KEY", "BACKUP_SECRET_ACCESS_KEY"):
        (production.secrets_folder / name).touch()
    production.compose("--profile", "backup", "build", "--quiet", "backup")
    backups = Backups(production)
    (production.secrets_folder / "BACKUP_KEY").write_text(backups.run("key"))
    try:
        yield backups
    finally:
        production.compose("--profile", "backup", "rm", "--stop", "--force", "backup", status=None)
        production.run("image", "rm", f"{production.name}-backups", status=None)


def test_restore_brings_back_data_and_ends_sessions(production: Stack, backups: Backups) -> None:
    with production.visitor("api") as visitor:
        visitor.headers["Authorization"] = f"Bearer {sign_in(visitor, production)}"
        assert visitor.patch(ME, json={"full_name": "Before the backup"}).status_code == 200
        assert "Verified: the restored copy is identical." in backups.run("create")
        assert visitor.patch(ME, json={"full_name": "After the backup"}).status_code == 200

        shown = backups.run("restore", "latest", "--yes")
        assert "  RTO  " in shown
        assert "  RPO  " in shown
        wait_until(lambda: visitor.get(ME).status_code == 401, "the end of the session")
        visitor.headers["Authorization"] = f"Bearer {sign_in(visitor, production)}"
        assert visitor.get(ME).json()["full_name"] == "Before the backup"
    assert "Dropped: app_before_restore_" in backups.run("drop-replaced")


def test_image_has_labels_and_a_component_list(production: Stack, backups: Backups) -> None:
    production.compose("--profile", "backup", "build", "--quiet", "backup", environment={"COMMIT": "0123abc"})
    images = [f"{production.name}-{name}" for name in ("backups", "backend")]
    labels = json.loads(production.run("image", "inspect", "--format", "{{json .Config.Labels}}", images[0]).stdout)
    values = {name: labels[f"org.opencontainers.image.{name}"] for name in ("title", "version", "revision")}
    assert values == {"title": "backup", "version": "latest", "revision": "0123abc"}
    bills = [production.run("run", "--rm", "--entrypoint", "cat", image, "/sbom.cdx.json").stdout for image in images]
    assert bills[0] == bills[1]


def test_scheduled_container_is_restricted(production: Stack, backups: Backups) -> None:
    production.compose("--profile", "backup", "up", "--detach", "--wait", "--no-deps", "backup")
    container = production.inspect("backup")
    assert container["Config"]["User"] == "10001:10001"
    assert container["HostConfig"]["ReadonlyRootfs"] is True
    assert not [variable for variable in container["Config"]["Env"] if "AGE-SECRET-KEY" in variable]
