from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.auth.deps import get_current_superuser
from app.core.config import settings
from app.core.db import SessionDep
from app.core.errors import Unavailable
from app.core.jobs import defer
from app.core.models import Email, Message
from app.system.jobs import send_test_mail

router = APIRouter(prefix="/utils", tags=["utils"])


@router.get("/health-check/")
async def health_check() -> bool:
    return True


@router.post("/test-email/", status_code=201, dependencies=[Depends(get_current_superuser)])
async def test_email(session: SessionDep, email_to: Annotated[Email, Query()]) -> Message:
    if not settings.emails_enabled:
        raise Unavailable("No mail server is configured. Set SMTP_HOST.")
    defer(session, send_test_mail, email=email_to)
    return Message(message="Test email sent")
