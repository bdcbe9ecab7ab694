"""Processes that share a database of signing keys. Each has its own key ring and cache of tokens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.security import signed_tokens, stored_keys
from app.core.security.key_ring import KeyRing, TimedKey
from app.core.security.signed_tokens import ACCESS, decode_token, encode_token, verify_token

LIFETIME = timedelta(hours=12)


class Process:
    """One process of the API. Its methods run as if the test was that process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.known: dict[str, Any] = {}
        self.loads = 0
        self.ring = KeyRing(self._load, self.known.clear)

    async def _load(self) -> Sequence[TimedKey]:
        self.loads += 1
        return await stored_keys.load_keys()

    def become(self) -> None:
        self._monkeypatch.setattr(signed_tokens, "key_ring", self.ring)
        self._monkeypatch.setattr("app.core.security.jwks.key_ring", self.ring)
        self._monkeypatch.setattr(signed_tokens, "_known", self.known)

    def sign(self, lifetime: timedelta = LIFETIME) -> str:
        self.become()
        return encode_token(ACCESS, {"sub": "ada"}, utc_now() + lifetime)

    def decode(self, token: str) -> None:
        self.become()
        decode_token(ACCESS, token)

    async def verify(self, token: str) -> None:
        self.become()
        await verify_token(ACCESS, token)

    def key_ids(self) -> list[str]:
        return [key.id for key in self.ring.published()]


async def rotate(*, now: bool = False) -> str:
    async with transaction() as session:
        return (await stored_keys.rotate_keys(session=session, token_lifetime=LIFETIME, now=now)).id


async def retire(key_id: str) -> None:
    async with transaction() as session:
        await stored_keys.retire_key(session=session, key_id=key_id)
