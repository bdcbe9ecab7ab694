"""The codes themselves: of an app (RFC 6238), and for recovery."""

import base64
import re
import secrets

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError

from app.core.clock import utc_now
from app.core.settings import settings

RECOVERY_CODES = 10
_GROUP = 4
_RECOVERY_BYTES = 10
"""80 bits: 16 characters in base 32."""
_STEPS_OFF = 1
"""How many steps of 30 seconds the clocks can differ."""


def new_secret() -> str:
    """Return 160 random bits in base 32, as RFC 4226 recommends."""
    return pyotp.random_base32()


def uri_of(secret: str, email: str) -> str:
    return pyotp.TOTP(secret, name=email, issuer=settings.PROJECT_NAME).provisioning_uri()


def qr_code_of(uri: str) -> str:
    """Return a data URI of an SVG. Its background is white, so that cameras read it on a dark page."""
    return str(segno.make_qr(uri, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))


def counter_of(secret: str, code: str) -> int | None:
    """Return the time step of a code, or None if it is wrong. Compares in constant time."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch("[0-9]{6}", digits):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=utc_now(), valid_window=_STEPS_OFF)
    except OTPVerificationError:
        return None


def new_recovery_codes() -> list[str]:
    """Return codes such as `K3QF-7ZLM-AX2P-9VNE`."""
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def normalize_recovery_code(code: str) -> str:
    """Return what is hashed: without dashes and spaces, in upper case."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", code).upper()


def _grouped(data: bytes) -> str:
    text = base64.b32encode(data).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
