"""Check of the place where requests are counted for the limits."""

from app.core.settings import Settings
from app.doctor.models import Finding


async def check_limits(settings: Settings) -> list[Finding]:
    url = settings.REDIS_URL.get_secret_value()
    if not url:
        return [_finding("Requests are counted in the database.")]
    # Only deployments with Redis need its package.
    from app.core.limits.redis import RedisStore

    store = RedisStore(url)
    try:
        await store.ping()
    except store.errors as error:
        return [
            Finding(
                code="limits-redis",
                state="warning",
                title="Redis does not respond",
                detail=f"Requests are counted in the database instead, which has more work ({type(error).__name__}).",
                fix="Check REDIS_URL. With Compose: docker compose --profile valkey up --detach, then docker compose "
                "logs valkey.",
            )
        ]
    finally:
        await store.aclose()
    return [_finding("Requests are counted in Redis.")]


def _finding(detail: str) -> Finding:
    return Finding(code="limits", state="ok", title="Limits", detail=detail)
