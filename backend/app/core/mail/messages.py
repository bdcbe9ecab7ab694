"""The mails that features declare, and their contents.

A mail is a function in a feature's `mails.py`. Its templates are `emails/<function>.mjml` (HTML, by MJML) and
`emails/<function>.txt`. Both are Jinja2 templates in which an undefined variable is an error. The HTML escapes values.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.features import modules
from app.core.mail.models import Mail
from app.core.settings import settings

_declared: "dict[str, Template]" = {}


@dataclass(frozen=True)
class Content:
    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Letter:
    """The recipient of a mail, and the values of its template."""

    to: str
    values: dict[str, Any]
    recipient_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Template:
    """A declared mail."""

    name: str
    subject: str
    sample: dict[str, Any]
    quiet: timedelta
    write: Callable[[AsyncSession, Mail], Awaitable[Letter | None]]

    def render(self, values: dict[str, Any]) -> Content:
        from app.core.mail.rendering import render  # imports libraries that few requests need

        subject = self.subject.format(project_name=settings.PROJECT_NAME)
        html, text = render(self.name.replace(".", "/emails/"), subject=subject, **values)
        return Content(subject, html, text)


def mail(
    *, subject: str, sample: dict[str, Any], quiet: timedelta = timedelta(0)
) -> Callable[[Callable[[AsyncSession, Mail], Awaitable[Letter | None]]], Template]:
    """Declare a mail: an async function in a feature's `mails.py`, which the worker calls for each attempt.

    It gets a session and the row, and returns the `Letter`, or None to send nothing. Create tokens here and store only
    their hash. No names or other texts of users: nobody has verified that the address belongs to who wrote them.

    `subject` can contain `{project_name}`. `sample` has the template's values for a preview. After a mail, the account
    gets no other one of this kind during `quiet`.
    """

    def declare(write: Callable[[AsyncSession, Mail], Awaitable[Letter | None]]) -> Template:
        name = f"{write.__module__.split('.')[-2]}.{write.__name__}"
        _declared[name] = template = Template(name, subject, sample, quiet, write)
        return template

    return declare


def templates() -> dict[str, Template]:
    """Return the mails of all features by their names, such as `auth.welcome`."""
    for _ in modules("mails"):
        pass  # the import declares them
    return dict(sorted(_declared.items()))
