"""Sends mails by SMTP. Only jobs send: a request never waits for a mail server."""

import structlog
from emails.message import Message

from app.core.mail.messages import Mail
from app.core.settings import settings

logger = structlog.get_logger(__name__)

SMTP_SECONDS = 10


async def send(mail: Mail, *, to: str) -> None:
    """Sends one mail by SMTP; raises when the server does not take it. Call it from a job."""
    if not settings.emails_enabled:
        logger.warning("mail_not_sent", reason="SMTP_HOST is not set", subject=mail.subject)
        return
    message = Message(
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        mail_from=(settings.PROJECT_NAME, settings.EMAILS_FROM_EMAIL),
    )
    smtp = {
        "host": settings.SMTP_HOST,
        "port": settings.SMTP_PORT,
        "tls": settings.SMTP_TLS,
        "ssl": settings.SMTP_SSL,
        "timeout": SMTP_SECONDS,
        "fail_silently": False,
        # Without a name the library asks DNS for one, which blocks the event loop.
        "local_hostname": "localhost",
    }
    if settings.SMTP_USER:
        smtp["user"] = settings.SMTP_USER
        smtp["password"] = settings.SMTP_PASSWORD.get_secret_value()
    response = await message.send_async(to=to, smtp=smtp)
    if response.status_code != 250:
        raise RuntimeError(f"The mail server answered {response.status_code}")
