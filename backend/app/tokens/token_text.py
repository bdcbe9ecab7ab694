"""The text of an API token: a prefix, 256 random bits, and a checksum, both in base 62.

The checksum, as GitHub's tokens have it, lets scanners recognize a leaked token, and refuses a mistyped one without a
query. It protects nothing: anybody can compute it.
"""

import secrets
import string
from zlib import crc32

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_LENGTH, _CHECKSUM_LENGTH = 43, 6
"""As many digits as 256 and 32 bits need."""


def new_token(prefix: str) -> str:
    secret = prefix + _base62(secrets.randbits(256), _SECRET_LENGTH)
    return secret + _checksum(secret)


def is_well_formed(token: str, prefix: str) -> bool:
    """Return whether a token that begins with the prefix has the right length, digits and checksum."""
    secret, checksum = token[:-_CHECKSUM_LENGTH], token[-_CHECKSUM_LENGTH:]
    digits = token.removeprefix(prefix)
    return (
        len(digits) == _SECRET_LENGTH + _CHECKSUM_LENGTH
        and all(digit in _DIGITS for digit in digits)
        and checksum == _checksum(secret)
    )


def _checksum(secret: str) -> str:
    return _base62(crc32(secret.encode()), _CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = ""
    while len(digits) < length:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
