"""Rules that refuse weak passwords of sufficient length."""

import unicodedata
from functools import cache
from pathlib import Path

from app.core.errors import Invalid
from app.core.settings import settings

_MIN_CONTEXT_LENGTH = 4


@cache
def _common_passwords() -> frozenset[str]:
    """Load the 16,000 most common passwords with at least 8 characters, in lower case.

    From two lists of leaked passwords: the first 20,000 of one, and that of zxcvbn 4.5.0 (PyPI, MIT License).
    """
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(path.read_text(encoding="utf-8").split())


def refuse_weak_password(password: str, *, email: str, field: str = "password") -> None:
    """Raise `Invalid` for a common password, or one that consists mainly of the address or the project's name."""
    lowered = unicodedata.normalize("NFKC", password).lower()
    if lowered in _common_passwords():
        raise Invalid(field, "This password is too common. Choose another one.", code="common")
    context = {settings.PROJECT_NAME.lower(), email, *email.split("@")}
    for word in context:
        rest = lowered.replace(word, "")
        if len(word) >= _MIN_CONTEXT_LENGTH and len(rest) < _MIN_CONTEXT_LENGTH:
            raise Invalid(
                field,
                "This password is too similar to your email address or to the name of this service.",
                code="context",
            )
