"""Normalization of email addresses: every entry point uses it, so that one address is one identity."""

from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

from app.core.settings.hosts import domain_to_ascii

MAX_LENGTH = 254


def normalize_email(address: str) -> str:
    """Return the address in lower case, with its domain mapped by IDNA (UTS 46) and written in Unicode.

    Blanks around it are removed. The part before the @ must be ASCII, so that look-alike letters cannot create a second
    account. Raises a validation error for an invalid address.
    """
    address = address.strip()
    if len(address) > MAX_LENGTH:  # before IDNA, whose work grows faster than the length
        raise PydanticCustomError("email", "The email address is too long")
    try:
        result = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None
    # Not casefold(), which would turn the domain straße.example into a different one.
    return f"{result.local_part.lower()}@{result.domain}"


def with_ascii_domain(address: str) -> str:
    """Return a normalized address as mail servers read it. Without this, the mail library uses an outdated mapping."""
    local_part, _, domain = address.rpartition("@")
    return f"{local_part}@{domain_to_ascii(domain)}"
