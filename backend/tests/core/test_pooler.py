"""Migrations and LISTEN bypass a connection pooler.

The pooler is a port on which nobody listens, so connections to it fail. Settings are read on import, so each case
runs in its own process.
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from app.core.settings import Settings, settings
from scripts.local.ports import any_free_port
from tests.core.forwarding import url_by

MIGRATE = "from app import prestart; prestart.migrate()"
LISTEN = """
import asyncio
from app.core.runtime.change_listener import change_listener

async def main():
    async with change_listener.listening():
        with change_listener.subscribe("somebody") as subscriber:
            assert await subscriber.wait(5), "not connected"

asyncio.run(main())
"""


def run_behind_a_pooler(script: str, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "DATABASE_URL": url_by(any_free_port()).replace("+psycopg", ""), **variables}
    return subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("script", [MIGRATE, LISTEN], ids=["migrations", "changes"])
def test_migrations_and_listen_bypass_the_pooler(script: str) -> None:
    server = urlsplit(settings.database_url)
    direct = {"POSTGRES_DIRECT_SERVER": str(server.hostname), "POSTGRES_DIRECT_PORT": str(server.port)}
    result = run_behind_a_pooler(script, direct)
    assert result.returncode == 0, result.stderr


def test_direct_url_differs_only_in_the_server() -> None:
    given = {
        "DATABASE_URL": "postgresql://u%40x:p%2Fw%25@pooler:6432/db?sslmode=require",
        "POSTGRES_DIRECT_SERVER": "db",
    }
    direct = Settings(_env_file=None, _secrets_dir=(), **given).database_direct_url  # type: ignore[arg-type]
    assert direct == "postgresql+psycopg://u%40x:p%2Fw%25@db:5432/db?sslmode=require"
