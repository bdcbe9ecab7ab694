"""One e-mail identity: every entry point turns an address into the same form, or refuses it."""

from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError


def normalize_email(address: str) -> str:
    """The address in lower case, its domain mapped by IDNA (UTS 46) and written in Unicode.

    What stands before the @ must be ASCII: look-alike letters cannot make a second account there.
    Raises a validation error for anything else.
    """
    try:
        result = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None
    # Not casefold(): it would turn the domain straße.example into another one.
    return f"{result.local_part.lower()}@{result.domain}"
