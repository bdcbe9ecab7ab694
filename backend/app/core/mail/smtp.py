"""Mail delivery by SMTP. Only jobs send mail, so that no request waits for the mail server."""

import structlog
from emails.message import Message

from app.core.mail.messages import Mail
from app.core.settings import settings

logger = structlog.get_logger(__name__)

SMTP_SECONDS = 10


async def send(mail: Mail, *, to: str) -> None:
    """Send a mail from a job. Raises an error if the mail server does not accept it."""
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
        # By default the library looks up the host name in DNS, which blocks the event loop.
        "local_hostname": "localhost",
    }
    if settings.SMTP_USER:
        smtp["user"] = settings.SMTP_USER
        smtp["password"] = settings.SMTP_PASSWORD.get_secret_value()
    response = await message.send_async(to=to, smtp=smtp)
    if response.status_code != 250:
        raise RuntimeError(f"The mail server responded with {response.status_code}")
