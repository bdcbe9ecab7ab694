"""Mail delivery by SMTP. Only jobs send mail, so that no request waits for the mail server."""

from email.utils import make_msgid

import structlog
from emails.message import Message

from app.core.mail.addresses import with_ascii_domain
from app.core.mail.messages import Mail
from app.core.settings import settings

logger = structlog.get_logger(__name__)

SMTP_SECONDS = 10


async def send(mail: Mail, *, to: str) -> None:
    """Send a mail from a job. Raises an error if the mail server does not accept it."""
    await deliver(compose(mail, to=to))


def compose(mail: Mail, *, to: str) -> Message:
    """Create the message. Large receivers refuse one without a Message-ID, and not every mail server adds it."""
    return Message(
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        mail_from=(settings.PROJECT_NAME, settings.mail_sender),
        mail_to=with_ascii_domain(to),
        message_id=make_msgid(domain=settings.mail_sender.rpartition("@")[2]),
        headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no automatic replies
    )


async def deliver(message: Message) -> None:
    if not settings.emails_enabled:
        logger.warning("mail_not_sent", reason="SMTP_HOST is not set", subject=message.subject)
        return
    smtp = {
        "host": settings.SMTP_HOST,
        "port": settings.SMTP_PORT,
        "tls": settings.SMTP_TLS,
        "ssl": settings.SMTP_SSL,
        "timeout": SMTP_SECONDS,
        "fail_silently": False,
        # By default the library looks up the host name in DNS, which blocks the event loop.
        "local_hostname": settings.smtp_client_name,
    }
    if settings.SMTP_USER:
        smtp["user"] = settings.SMTP_USER
        smtp["password"] = settings.SMTP_PASSWORD.get_secret_value()
    response = await message.send_async(smtp=smtp)
    if response.status_code != 250:
        raise RuntimeError(f"The mail server responded with {response.status_code}")
