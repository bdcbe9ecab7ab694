"""Mail delivery by SMTP. Only jobs send mail, so that no request waits for the mail server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.utils import make_msgid

import aiosmtplib
from emails.message import Message

from app.core.addresses import with_ascii_domain
from app.core.logging import redact
from app.core.mail.messages import Content
from app.core.mail.models import MAX_ERROR
from app.core.settings import settings

STEP_SECONDS = 10
"""For the connection, and for each response of the server."""

_REFUSALS = (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)


class NotSent(Exception):
    """The mail was not accepted, or nobody knows. The text has no address and no link; a retry can succeed."""


class Unreachable(NotSent):
    """The server cannot be reached, or does not respond in time."""

    WORDS = "The mail server cannot be reached, or does not respond"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.WORDS} ({reason})")


class Refused(NotSent):
    """The server has refused this mail permanently (5xx)."""


def new_message_id() -> str:
    """Create a Message-ID at the sender's domain, such as `<...@example.com>`."""
    return make_msgid(domain=settings.mail_sender.rpartition("@")[2])


def compose(content: Content, *, to: str, message_id: str, request_id: str | None = None) -> Message:
    headers = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no automatic replies
    if request_id is not None:
        headers["X-Correlation-ID"] = request_id
    return Message(
        subject=content.subject,
        html=content.html,
        text=content.text,
        mail_from=(settings.PROJECT_NAME, settings.mail_sender),
        mail_to=with_ascii_domain(to),
        message_id=message_id,
        headers=headers,
    )


async def send(message: Message, *, to: str) -> None:
    """Hand the message to the mail server. Raises `NotSent` or one of its subclasses."""
    to = with_ascii_domain(to)
    try:
        async with _connection() as client:
            await client.sendmail(settings.mail_sender, [to], message.as_bytes())
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _not_sent(error, to) from None


async def is_reachable() -> bool:
    """Return whether the mail server accepts the login."""
    try:
        async with _connection():
            return True
    except (aiosmtplib.SMTPException, OSError):
        return False


@asynccontextmanager
async def _connection() -> AsyncIterator[aiosmtplib.SMTP]:
    client = aiosmtplib.SMTP(
        hostname=settings.SMTP_HOST,
        port=settings.SMTP_PORT,
        use_tls=settings.SMTP_SSL,
        start_tls=settings.SMTP_TLS,
        timeout=STEP_SECONDS,
        local_hostname=settings.smtp_client_name,
    )
    try:
        await client.connect()
        if settings.SMTP_USER:
            await client.login(settings.SMTP_USER, settings.SMTP_PASSWORD.get_secret_value())
        yield client
        with suppress(aiosmtplib.SMTPException, OSError):  # what was sent is accepted already
            await client.quit(timeout=1)
    finally:
        client.close()


def _not_sent(error: Exception, to: str) -> NotSent:
    """Return the error without its cause, which repeats the address and parts of the mail."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return Unreachable(type(error).__name__)
    words = _without_secrets(f"{error.code} {error.message}", to)
    # Only these are about the mail. A refused login or greeting is one about us, which the operator can mend.
    is_final = isinstance(error, _REFUSALS) and error.code >= 500
    return Refused(words) if is_final else NotSent(words)


def _without_secrets(words: str, to: str) -> str:
    """Remove the address, its local part, and links: a spam filter quotes those of the mail, with their token."""
    words = re.sub(r"\S+://\S+", "*", words.replace(to, "*"))
    words = re.sub(rf"(?<![\w.]){re.escape(to.rpartition('@')[0])}(?![\w.])", "*", words, flags=re.IGNORECASE)
    return " ".join(str(redact(words)).split())[:MAX_ERROR]
