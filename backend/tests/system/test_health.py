"""Probes: live checks the process only, ready checks what it depends on."""

import pytest
from httpx2 import AsyncClient

from app.core.runtime import shutdown
from tests.core.answers import problem

LIVE, READY = "/api/v1/health/live", "/api/v1/health/ready"


async def test_live_only_shows_that_the_process_responds(client: AsyncClient) -> None:
    response = await client.get(LIVE)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_lists_each_check_with_state_and_time(client: AsyncClient) -> None:
    response = await client.get(READY)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    body = response.json()
    assert body["status"] == "ok"
    assert {"database", "migrations", "accepting"} <= set(body["checks"])
    for check in body["checks"].values():
        assert check["state"] == "ok"
        assert check["ms"] >= 0


async def test_not_ready_is_a_problem_with_checks(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "_draining", True)
    response = await client.get(READY)
    assert problem(response) == (503, "UNAV_001")
    assert (response.headers["cache-control"], response.headers["retry-after"]) == ("no-store", "1")
    assert response.json()["checks"]["accepting"]["state"] == "failed"
    assert (await client.get(LIVE)).status_code == 200


async def test_probes_show_no_version(client: AsyncClient) -> None:
    """The probes are public."""
    for path in (LIVE, READY):
        text = (await client.get(path)).text
        assert not any(word in text for word in ("version", "0.1.0", "0001_", "postgresql", "127.0.0.1"))
