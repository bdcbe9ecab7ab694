"""Mails: rendered from a feature's `emails/` folder, sent by SMTP from a job.

A mail `name` is `name.mjml` (HTML, by MJML) and `name.txt`, both Jinja2 templates in which an
undefined variable is an error. User text is escaped in the HTML.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from emails.message import Message
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from app.core.config import settings
from app.core.features import APP_DIR

logger = structlog.get_logger(__name__)

SMTP_SECONDS = 10

_templates = Environment(
    loader=FileSystemLoader(APP_DIR),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["mjml"]),
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Mail:
    subject: str
    html: str
    text: str


def render(template: str, *, subject: str, **context: Any) -> Mail:
    """Renders `template`, such as `auth/emails/welcome`."""
    context |= {
        "project_name": settings.PROJECT_NAME,
        "frontend_url": settings.FRONTEND_URL,
        "subject": subject,
    }
    mjml = _templates.get_template(f"{template}.mjml").render(context)
    text = _templates.get_template(f"{template}.txt").render(context)
    return Mail(subject, mjml2html(mjml), text)


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
