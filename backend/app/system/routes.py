from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.auth.deps import get_current_superuser
from app.core.database.session import SessionDep
from app.core.errors import Unavailable
from app.core.http.problems import problem_response
from app.core.jobs import defer
from app.core.models import Email, Message
from app.core.runtime.health import Health, Liveness, Readiness
from app.core.settings import settings
from app.system.jobs import send_test_mail

router = APIRouter(tags=["utils"])
health = Health()


@router.get("/health/live")
async def health_live() -> Liveness:
    """Report that the process is alive. Checks nothing else, because a restart would not fix anything else."""
    return Liveness()


@router.get("/health/ready", response_model=Readiness)
async def health_ready(request: Request) -> Any:
    """Report whether this process should receive requests. If not, the 503 also has the member `checks`."""
    readiness = await health.readiness()
    if readiness.status != "failed":
        return readiness
    checks = readiness.model_dump()["checks"]
    detail = "This process is not ready. The failed checks are in `checks`."
    return problem_response(request.scope, 503, detail, headers={"Retry-After": "1"}, checks=checks)


@router.get("/utils/health-check/")
async def health_check() -> bool:
    """Report that the API responds."""
    return True


@router.post("/utils/test-email/", status_code=201, dependencies=[Depends(get_current_superuser)])
async def test_email(session: SessionDep, email_to: Annotated[Email, Query()]) -> Message:
    """Send a test mail to the address."""
    if not settings.emails_enabled:
        raise Unavailable("No mail server is configured. Set SMTP_HOST.")
    defer(session, send_test_mail, email=email_to)
    return Message(message="Test email sent")
