"""Refresh tokens as clients hold them: a session's id, a secret of 256 bits, and a signature. Clients see random text.

The secret that replaces another is derived from it, so all callers who refresh with one token get the same successor,
and no secret is stored. The signature tells a token that was replaced long ago, which ends its session, from one that
somebody made up, which costs no query and ends nothing.
"""

import hashlib
import hmac
import re
import secrets
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from app.core.settings import settings

_ID, _SECRET, _SIGNATURE = 16, 32, 16
_LENGTH = (_ID + _SECRET + _SIGNATURE) * 4 // 3 + 1
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{_LENGTH}}}")


@dataclass(frozen=True)
class RefreshSecret:
    session_id: uuid.UUID
    secret: bytes

    @classmethod
    def new(cls, session_id: uuid.UUID) -> "RefreshSecret":
        return cls(session_id, secrets.token_bytes(_SECRET))

    def encode(self) -> str:
        return urlsafe_b64encode(self._bytes + _sign(self._bytes)).rstrip(b"=").decode()

    def successor(self) -> "RefreshSecret":
        """Return what replaces this one. It is always the same."""
        return RefreshSecret(self.session_id, _digest(b"successor", self._bytes))

    def hash(self) -> bytes:
        return hashlib.sha256(self._bytes).digest()

    @property
    def _bytes(self) -> bytes:
        return self.session_id.bytes + self.secret


def decode_refresh_token(token: str) -> RefreshSecret | None:
    """Return the secret of a token that this deployment has issued, now or earlier, or None."""
    if not _TOKEN.fullmatch(token):
        return None
    decoded = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    signed, signature = decoded[:-_SIGNATURE], decoded[-_SIGNATURE:]
    if not hmac.compare_digest(_sign(signed), signature):
        return None
    return RefreshSecret(uuid.UUID(bytes=signed[:_ID]), signed[_ID:])


def _sign(signed: bytes) -> bytes:
    return _digest(b"signature", signed)[:_SIGNATURE]


def _digest(purpose: bytes, data: bytes) -> bytes:
    key = hmac.digest(settings.SECRET_KEY.get_secret_value().encode(), b"refresh-token-" + purpose, "sha256")
    return hmac.digest(key, data, "sha256")
