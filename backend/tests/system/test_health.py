"""Probes: live is the process only, ready is what it needs to serve."""

from httpx2 import AsyncClient

LIVE, READY = "/api/v1/health/live", "/api/v1/health/ready"


async def test_live_says_nothing_but_that_the_process_answers(client: AsyncClient) -> None:
    response = await client.get(LIVE)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_has_each_check_with_its_state_and_time(client: AsyncClient) -> None:
    response = await client.get(READY)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    body = response.json()
    assert body["status"] == "ok"
    assert {"database", "migrations", "accepting"} <= set(body["checks"])
    for check in body["checks"].values():
        assert check["state"] == "ok"
        assert check["ms"] >= 0
