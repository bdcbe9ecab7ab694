"""Normalization of email addresses: every entry point uses it, so that one address is one identity."""

from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

MAX_CHARACTERS = 254


def normalize_email(address: str) -> str:
    """Return the address in lower case, with its domain mapped by IDNA (UTS 46) and written in Unicode.

    The part before the @ must be ASCII, so that look-alike letters cannot create a second account.
    Raises a validation error for an invalid address.
    """
    if len(address) > MAX_CHARACTERS:  # the library would examine even a megabyte
        raise PydanticCustomError("email", "The email address is too long.")
    try:
        result = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None
    # Not casefold(), which would turn the domain straße.example into a different one.
    return f"{result.local_part.lower()}@{result.domain}"
