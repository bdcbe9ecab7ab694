"""Metrics need the token, and do not exist without one."""

from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr, ValidationError

from app.main import app
from app.metrics.config import MetricsSettings, settings

PATH, BASE_URL = "/api/v1/metrics", "http://localhost:8000"
TOKEN = "k7Yw2mQx9vRt4bNc8pLd3sHf6jZg1aUe"


async def get(**headers: str) -> tuple[int, str | None]:
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        response = await client.get(PATH, headers=[(name.encode(), value.encode()) for name, value in headers.items()])
    return response.status_code, response.headers.get("www-authenticate")


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
async def test_metrics_need_the_token(session: Any, monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    monkeypatch.setattr(settings, "METRICS_TOKEN", SecretStr(TOKEN))
    assert await get(authorization=header) == (401, "Bearer")


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
async def test_scheme_of_the_token_has_any_case(session: Any, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setattr(settings, "METRICS_TOKEN", SecretStr(TOKEN))
    assert await get(authorization=f"{scheme}{TOKEN}") == (200, None)


async def test_token_can_have_any_letters(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "METRICS_TOKEN", SecretStr("Schlüssel-für-Prometheus-2026-ж"))
    assert await get(authorization="Bearer Schlüssel-für-Prometheus-2026-ж") == (200, None)


async def test_replica_is_scraped_by_its_address(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As deploy/metrics/prometheus.yml does."""
    monkeypatch.setattr(settings, "METRICS_TOKEN", SecretStr(TOKEN))
    assert await get(authorization=f"Bearer {TOKEN}", host="172.18.0.5:8000") == (200, None)


async def test_without_a_token_there_are_no_metrics(session: Any) -> None:
    assert await get(authorization="Bearer ") == (404, None)


@pytest.mark.parametrize("token", ["short", "changethis-changethis-changethis", "ab" * 20])
def test_weak_token_refuses_to_start(token: str) -> None:
    with pytest.raises(ValidationError, match="METRICS_TOKEN"):
        MetricsSettings(_env_file=None, _secrets_dir=(), ENVIRONMENT="production", METRICS_TOKEN=SecretStr(token))


def test_outside_local_development_no_token_is_needed() -> None:
    assert not MetricsSettings(_env_file=None, _secrets_dir=(), ENVIRONMENT="production").is_configured
