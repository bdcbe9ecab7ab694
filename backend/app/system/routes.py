from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.auth.deps import Anyone, get_current_superuser
from app.core.database.session import SessionDep
from app.core.errors import TooManyRequests, Unavailable
from app.core.fields import Email
from app.core.http.openapi import problems
from app.core.http.problems import problem_response
from app.core.mail.outbox import queue_mail
from app.core.models import Message
from app.core.runtime.health import Health, Liveness, Readiness
from app.core.security import jwks
from app.core.settings import settings
from app.system import mails

router = APIRouter(tags=["utils"])
root_router = APIRouter(include_in_schema=False)  # for paths that other standards fix
health = Health()


@router.get("/health/live", dependencies=[Anyone])
async def health_live() -> Liveness:
    """Report that the process is alive. Checks nothing else, because a restart would not fix anything else."""
    return Liveness()


@router.get("/health/ready", response_model=Readiness, dependencies=[Anyone])
async def health_ready() -> Any:
    """Report whether this process should receive requests. If not, the 503 also has the member `checks`."""
    readiness = await health.readiness()
    if readiness.status != "failed":
        return readiness
    checks = readiness.model_dump()["checks"]
    detail = "This process is not ready. The failed checks are in `checks`."
    return problem_response(503, detail, headers={"Retry-After": "1"}, checks=checks)


@router.get("/utils/health-check/", dependencies=[Anyone])
async def health_check() -> bool:
    """Report that the API responds."""
    return True


@root_router.get(jwks.PATH, dependencies=[Anyone])
async def read_jwks(request: Request) -> Response:
    """Return the public keys of our tokens. Clients of the API do not need them, so the SDK has no function for it."""
    return await jwks.jwks_response(request)


@router.post(
    "/utils/test-email/",
    status_code=201,
    dependencies=[Depends(get_current_superuser)],
    responses=problems(TooManyRequests),
)
async def test_email(session: SessionDep, email_to: Annotated[Email, Query()]) -> Message:
    """Send a test mail to the address, which gets at most five in an hour."""
    if not settings.emails_enabled:
        raise Unavailable("No mail server is configured. Set SMTP_HOST.")
    if not await queue_mail(session, mails.test_mail, address=email_to):
        raise TooManyRequests("This address has had five test mails in the last hour", retry_after=3600)
    return Message(message="Test email sent")
