"""Two API processes, and what one scrape reports about both of them."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.core.database import session as db
from tests.core.servers import Server, uvicorn
from tests.faults.workers import live_url
from tests.users.factories import PASSWORD, create_user

V1 = "/api/v1"
TOKEN = "scrape-" + "q7" * 16
Sample = tuple[str, frozenset[tuple[str, str]]]
SAMPLE_SECONDS = 1.0  # as in the registry, which only a process with metrics imports
REQUESTS = "http_request_duration_seconds_count"


def sample(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


async def scrape(client: AsyncClient) -> dict[Sample, float]:
    await asyncio.sleep(1.5 * SAMPLE_SECONDS)  # each process has written its counts
    response = await client.get(f"{V1}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = text_string_to_metric_families(response.text)
    return {sample(each.name, **each.labels): each.value for family in families for each in family.samples}


@pytest.fixture
async def server(live: AsyncClient, tmp_path: Path) -> AsyncIterator[Server]:
    environment = {
        "DATABASE_URL": live_url(),
        "METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),  # a test of this process can have set it
    }
    async with uvicorn(workers=2, environment=environment) as server:
        yield server


async def test_requests_of_all_processes_are_counted(server: Server) -> None:
    async def request() -> None:
        """A connection of its own, which any process can accept."""
        async with AsyncClient(base_url=server.client.base_url) as client:
            assert (await client.get(f"{V1}/health/live")).status_code == 200
            assert (await client.head(f"{V1}/health/live")).status_code == 200
            assert (await client.get(f"{V1}/users/7")).status_code == 401
            assert (await client.get(f"{V1}/unknown-{os.urandom(4).hex()}")).status_code == 404

    for _ in range(10):
        await asyncio.gather(*(request() for _ in range(4)))
    found = await scrape(server.client)
    assert found[sample(REQUESTS, method="GET", route=f"{V1}/health/live", status="200")] == 40
    assert found[sample(REQUESTS, method="HEAD", route=f"{V1}/health/live", status="200")] == 40
    assert found[sample(REQUESTS, method="GET", route=f"{V1}/users/{{user_id}}", status="401")] == 40
    assert found[sample(REQUESTS, method="GET", route="other", status="404")] == 40
    assert len([labels for name, labels in found if name == REQUESTS]) == 4, "clients cannot create labels"


async def test_logins_are_counted_by_outcome(server: Server) -> None:
    async with db.transaction() as session:
        user = await create_user(session)
    for password in (PASSWORD, "wrong-" + PASSWORD, "wrong-" + PASSWORD):
        form = {"username": user.email, "password": password}
        await server.client.post(f"{V1}/login/access-token", data=form)
    found = await scrape(server.client)
    assert [found[sample("logins_total", outcome=outcome)] for outcome in ("succeeded", "refused")] == [1, 2]


async def test_killed_process_keeps_counts_but_no_gauges(server: Server) -> None:
    for _ in range(20):
        async with AsyncClient(base_url=server.client.base_url) as client:
            await client.get(f"{V1}/health/live")
    await asyncio.sleep(1.5 * SAMPLE_SECONDS)
    pid, _ = map(int, re.findall(r"Started server process \[(\d+)\]", "".join(server.lines)))
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        while "".join(server.lines).count("Application startup complete") < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    found = await scrape(server.client)
    assert found[sample(REQUESTS, method="GET", route=f"{V1}/health/live", status="200")] == 20
    assert found[sample("database_pool_size", pool="autocommit")] == 20
    assert found[sample("database_pool_size", pool="session")] == 20


async def test_without_the_database_the_rest_is_reported(server: Server) -> None:
    async with db.transaction() as session:
        await (await session.connection()).execute(text("ALTER TABLE mails RENAME TO gone"))
    found = await scrape(server.client)
    assert found[sample("database_up")] == 0
    assert sample("http_requests_in_progress") in found
    assert sample("mails", state="queued") not in found
