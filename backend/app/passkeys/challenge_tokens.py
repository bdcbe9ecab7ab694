"""Challenges of the application's own, which no device has answered yet. They are signed, not stored.

Otherwise each view of the sign-in page would store a row for everybody. An answered one is stored until it expires, so
it counts once (`crud.use_challenge`).
"""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta

from app.core.clock import utc_now
from app.core.settings import settings

LIFETIME = timedelta(minutes=5)
_TOKEN = re.compile(r"([0-9a-f]{64})\.([0-9]{10,12})\.([0-9a-f]{64})")


def new_token(context: str) -> str:
    """Return a token with 256 random bits. `context` says where it counts, such as in one session."""
    text = f"{secrets.token_hex(32)}.{int((utc_now() + LIFETIME).timestamp())}"
    return f"{text}.{_sign(text, context)}"


def expiry_of(token: str, context: str) -> datetime | None:
    """Return when a token of this context expires. None if it has expired, or is none of this application."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_sign(f"{found[1]}.{found[2]}", context), found[3]):
        return None
    expires_at = datetime.fromtimestamp(int(found[2]), tz=UTC)
    return expires_at if expires_at > utc_now() else None


def challenge_of(token: str) -> bytes:
    """Return the challenge that the device signs. It does not reveal the token."""
    return hashlib.sha256(b"passkeys:" + token.encode()).digest()


def _sign(text: str, context: str) -> str:
    key = hmac.digest(settings.SECRET_KEY.get_secret_value().encode(), b"passkeys-challenge", "sha256")
    return hmac.digest(key, f"{text}.{context}".encode(), "sha256").hex()
