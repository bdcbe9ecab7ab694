"""Mails rendered from the templates in a feature's `emails/` folder.

A mail consists of `name.mjml` (HTML, by MJML) and `name.txt`. Both are Jinja2 templates in which an undefined
variable is an error. The HTML escapes all values.
"""

from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from app.core.features import APP_DIR
from app.core.settings import settings

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
    """Render a template, for example `auth/emails/welcome`."""
    context |= {
        "project_name": settings.PROJECT_NAME,
        "frontend_url": settings.FRONTEND_URL,
        "subject": subject,
    }
    mjml = _templates.get_template(f"{template}.mjml").render(context)
    text = _templates.get_template(f"{template}.txt").render(context)
    return Mail(subject, mjml2html(mjml), text)
