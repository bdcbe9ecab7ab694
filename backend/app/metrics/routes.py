import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.security.utils import get_authorization_scheme_param

from app.auth.deps import Anyone
from app.core.database.session import AutocommitDep
from app.core.errors import NotAuthenticated, NotFound
from app.core.http.request_guard import allow_any_host
from app.core.settings import settings as core_settings
from app.metrics.config import settings

allow_any_host(f"{core_settings.API_V1_STR}/metrics")  # Prometheus finds the replicas by their addresses


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Count from the start of the process to its end, if metrics are configured."""
    if not settings.is_configured:
        yield
        return
    from app.metrics.registry import counting

    async with counting():
        yield


router = APIRouter(tags=["metrics"], lifespan=lifespan)


async def check_token(request: Request) -> None:
    """Let only the bearer of `METRICS_TOKEN` in. Without one, there are no metrics."""
    if not settings.is_configured:
        raise NotFound("Not found")
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    expected = settings.METRICS_TOKEN.get_secret_value()
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode("latin-1"), expected.encode()):
        raise NotAuthenticated


@router.get("/metrics", include_in_schema=False, dependencies=[Anyone, Depends(check_token)])
async def read_metrics(session: AutocommitDep) -> Response:
    """Return metrics for Prometheus."""
    from app.metrics.service import exposition

    return Response(await exposition(session), media_type="text/plain; version=0.0.4")
