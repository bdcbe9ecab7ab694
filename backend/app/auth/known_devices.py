"""Devices that have signed in to an account: their owner can sign in although strangers have used up the limits.

A signed cookie says so, without a row: a random id, a keyed hash of the account's address, and a signature. The address
is that of the sign-in, so the check is the same whether or not an account exists.
"""

import hmac
import re
import secrets
from dataclasses import dataclass

from app.core.settings import settings

_COOKIE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class KnownDevice:
    id: str
    account: str
    """`account_of` the address that signed in."""

    @classmethod
    def new(cls, email: str) -> "KnownDevice":
        return cls(secrets.token_hex(16), account_of(email))

    def encode(self) -> str:
        text = f"{self.id}.{self.account}"
        return f"{text}.{_sign(text)}"


def decode_device(cookie: str | None) -> KnownDevice | None:
    """Return the device of a cookie that this deployment has signed, or None."""
    found = _COOKIE.fullmatch(cookie or "")
    if found is None or not hmac.compare_digest(_sign(f"{found[1]}.{found[2]}"), found[3]):
        return None
    return KnownDevice(found[1], found[2])


def account_of(email: str) -> str:
    """Return what stands for an address in cookies and in keys of the limits, where nobody can read it."""
    return _digest("account", email)[:32]


def _sign(text: str) -> str:
    return _digest("device", text)


def _digest(purpose: str, text: str) -> str:
    key = hmac.digest(settings.SECRET_KEY.get_secret_value().encode(), f"sign-in-{purpose}".encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
