import contextlib
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from scripts.tests.compose.stack import Stack, Visitor

NAME = f"apptest{os.getpid()}"
# Files whose tests start their own stacks.
OWN_STACKS = ("test_deploy.py", "test_development.py", "test_guide.py", "test_r15_full_disk.py")
FILES = ("docker-compose.yml", "docker-compose.backups.yml", "scripts/tests/compose/override.yml")


def engine_responds() -> bool:
    if not shutil.which("docker"):
        return False
    with contextlib.suppress(subprocess.TimeoutExpired):
        return subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False).returncode == 0
    return False


class ByStack(LoadScopeScheduling):  # type: ignore[misc]
    """Lets one worker run all tests that share the stack `production`; the other files run beside them."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(OWN_STACKS) else "production"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByStack:
    return ByStack(config, log)


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    if not engine_responds():
        pytest.skip("no Docker engine responds")


@contextlib.contextmanager
def started(stack: Stack, *services: str, proxy: Stack | None = None, plain: bool = False) -> Iterator[Stack]:
    try:
        stack.up(*services)
        with stack.visitor("dashboard", proxy=proxy, plain=plain) as visitor:
            visitor.wait_for_the_api()
        yield stack
    finally:
        left = stack.down()
        stack.remove_images()
    assert left == [], "`down` left something behind"


@pytest.fixture(scope="package")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A server's stack, started as in deployment.md."""
    folder = tmp_path_factory.mktemp("production") / "stack"
    name = 'Ä "quoted" </script>'
    with started(Stack(folder, NAME, *FILES, DOMAIN="example.test", PROJECT_NAME=name)) as stack:
        yield stack


@pytest.fixture(scope="package")
def api(production: Stack) -> Iterator[Visitor]:
    """A client on api.DOMAIN, signed in as the superuser."""
    with production.visitor("api") as visitor:
        visitor.headers["Authorization"] = f"Bearer {sign_in(visitor, production)}"
        yield visitor


@pytest.fixture(scope="package")
def dashboard(production: Stack) -> Iterator[Visitor]:
    """A client without an account on dashboard.DOMAIN."""
    with production.visitor("dashboard") as visitor:
        yield visitor


@pytest.fixture(scope="package")
def mailbox(production: Stack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"http://127.0.0.1:{production.port('mailpit', 8025)}") as client:
        yield client


def sign_in(visitor: httpx2.Client, stack: Stack) -> str:
    form = {"username": "admin@example.com", "password": stack.secrets["FIRST_SUPERUSER_PASSWORD"]}
    response = visitor.post("/api/v1/login/access-token", data=form)
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


def create_user(superuser: httpx2.Client) -> str:
    """Create a user and return the id."""
    user = {"email": f"{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
    response = superuser.post("/api/v1/users/", json=user)
    assert response.status_code == 200, response.text
    return str(response.json()["id"])


@pytest.fixture
def other_secrets(tmp_path: Path) -> Path:
    return tmp_path / "own" / "secrets"
