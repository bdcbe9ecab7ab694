"""Signing keys in the database. Their private parts are encrypted with a key derived from `SECRET_KEY`.

The encryption is authenticated, so that write access to the table does not suffice to add a key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Text, text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.errors import Conflict, NotFound
from app.core.security.encryption import decrypt, encrypt
from app.core.security.key_material import (
    Algorithm,
    SigningKey,
    derive_key,
    dump_private,
    generate_key,
    load_private,
)
from app.core.security.key_ring import RELOAD_SECONDS, TimedKey
from app.core.settings import settings

logger = structlog.get_logger(__name__)

PUBLISHED_BEFORE = timedelta(minutes=10)
"""A new key signs this much later, when every process and every cache of the JWKS knows it."""
_KNOWN_EVERYWHERE = timedelta(seconds=RELOAD_SECONDS + 5)
_MIN_TOKEN_LIFETIME = timedelta(hours=1)
_CLOCK_SKEW = timedelta(minutes=5)
_PURPOSE = "signing-keys"


class StoredKey(SQLModel, table=True):
    """A signing key. Retired ones stay as a record."""

    __tablename__ = "signing_keys"
    __grants__ = ("SELECT", "INSERT", "UPDATE")

    id: str = Field(primary_key=True, max_length=16)
    algorithm: Algorithm = Field(sa_type=Text)
    encrypted_private_key: bytes
    """The private part, encrypted (`encryption.py`)."""
    created_at: datetime = Field(default_factory=utc_now)
    signs_from: datetime
    retires_at: datetime | None = None


@dataclass(frozen=True)
class KeyState:
    """A stored key as `keys list` shows it. `key` is None if this `SECRET_KEY` cannot decrypt it."""

    stored: StoredKey
    key: SigningKey | None

    @property
    def is_usable(self) -> bool:
        return self.key is not None and (self.stored.retires_at is None or self.stored.retires_at > utc_now())


async def load_keys() -> Sequence[TimedKey]:
    """Return the usable keys. Creates the first one, also if `SECRET_KEY` has changed since they were stored."""
    async with transaction() as session:
        usable = [state for state in await read_keys(session=session) if state.is_usable]
        if not usable:
            usable = [await _create_first(session)]
    return [_timed(state) for state in usable]


async def read_keys(*, session: AsyncSession) -> list[KeyState]:
    """Return all keys, the oldest first."""
    rows = await session.exec(select(StoredKey).order_by(col(StoredKey.created_at), col(StoredKey.id)))
    return [KeyState(row, _decrypt(row)) for row in rows]


async def rotate_keys(*, session: AsyncSession, token_lifetime: timedelta, now: bool = False) -> StoredKey:
    """Create the key that signs from `PUBLISHED_BEFORE` on, or now. The others retire when their tokens have expired.

    Raises `Conflict` if a key is already waiting to sign. With `now`, that one is retired: it has signed nothing.
    """
    await _lock(session)
    states = await read_keys(session=session)
    moment = utc_now()
    usable = [state.stored for state in states if state.is_usable]
    waiting = [each for each in usable if each.signs_from > moment]
    if waiting and not now:
        raise Conflict(f"The key {waiting[0].id} already waits. It signs from {_shown(waiting[0].signs_from)}.")
    created = _store(generate_key(settings.JWT_ALGORITHM), moment if now or not usable else moment + PUBLISHED_BEFORE)
    last_token = created.signs_from + max(token_lifetime, _MIN_TOKEN_LIFETIME) + _CLOCK_SKEW
    for each in usable:
        if each in waiting:
            each.retires_at = moment
        elif each.retires_at is None:
            each.retires_at = last_token
    session.add(created)
    await session.flush()
    return created


async def follow_algorithm(*, session: AsyncSession, token_lifetime: timedelta) -> None:
    """Rotate the keys if `JWT_ALGORITHM` has changed."""
    await _lock(session)
    usable = [state.stored for state in await read_keys(session=session) if state.is_usable]
    newest = max(usable, key=lambda each: each.signs_from, default=None)
    if newest and newest.algorithm != settings.JWT_ALGORITHM and newest.signs_from <= utc_now():
        created = await rotate_keys(session=session, token_lifetime=token_lifetime)
        logger.info("signing_key_rotated", id=created.id, algorithm=created.algorithm)


async def retire_key(*, session: AsyncSession, key_id: str) -> StoredKey:
    """Refuse the key's tokens from now on. Raises `NotFound`, or `Conflict` for the key that signs."""
    await _lock(session)
    states = await read_keys(session=session)
    stored = next((state.stored for state in states if state.stored.id == key_id), None)
    if stored is None:
        raise NotFound(f"There is no key {key_id}. `python -m app.cli keys list` shows all keys.")
    moment = utc_now()
    ready = [state.stored for state in states if state.is_usable and state.stored.signs_from <= moment]
    signing = max(ready, key=lambda each: each.signs_from, default=None)
    if stored is signing:
        raise Conflict("This key signs now. Run `python -m app.cli keys rotate --now` first.")
    if signing and stored in ready and moment < (end := signing.signs_from + _KNOWN_EVERYWHERE):
        raise Conflict(f"Some processes can still sign with this key. Retire it after {end:%H:%M:%S} UTC.")
    if signing and stored.signs_from > moment:
        signing.retires_at = None  # its successor never signs
    if stored.retires_at is None or stored.retires_at > moment:
        stored.retires_at = moment
    await session.flush()
    return stored


def describe(states: Sequence[KeyState]) -> Iterator[str]:
    """Yield one line for each key: its id, algorithm, creation, and what it does now."""
    moment = utc_now()
    ready = [state for state in states if state.is_usable and state.stored.signs_from <= moment]
    signing = max(ready, key=lambda state: state.stored.signs_from, default=None)
    for state in states:
        yield f"{state.stored.id}  {state.stored.algorithm:5}  created {_shown(state.stored.created_at)}  " + (
            "signs" if state is signing else _describe_other(state, moment)
        )


def _describe_other(state: KeyState, moment: datetime) -> str:
    stored = state.stored
    if stored.retires_at is not None and stored.retires_at <= moment:
        return f"retired {_shown(stored.retires_at)}"
    if state.key is None:
        return "unreadable: SECRET_KEY has changed"
    if stored.signs_from > moment:
        return f"signs from {_shown(stored.signs_from)}"
    return f"verifies until {_shown(stored.retires_at)}" if stored.retires_at else "verifies"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


async def _create_first(session: AsyncSession) -> KeyState:
    """Create a key that signs immediately, unless another process has done so."""
    await _lock(session)
    states = await read_keys(session=session)
    if usable := [state for state in states if state.is_usable]:
        return usable[-1]
    if unreadable := [state.stored.id for state in states if state.key is None]:
        logger.warning("signing_keys_unreadable", ids=unreadable, meaning=_UNREADABLE)
    # The key of earlier releases: their tokens stay valid. It belongs to the first use of a SECRET_KEY only.
    derived = derive_key(settings.SECRET_KEY.get_secret_value())
    is_new = settings.JWT_ALGORITHM == "EdDSA" and derived.id not in {state.stored.id for state in states}
    key = derived if is_new else generate_key(settings.JWT_ALGORITHM)
    stored = _store(key, utc_now())
    session.add(stored)
    await session.flush()
    logger.info("signing_key_created", id=stored.id, algorithm=stored.algorithm)
    return KeyState(stored, key)


_UNREADABLE = (
    "SECRET_KEY has changed since these keys were stored. A new key signs, and all users sign in again. To keep their "
    "tokens valid, set the earlier SECRET_KEY again. To end the old keys: python -m app.cli keys retire ID"
)


async def _lock(session: AsyncSession) -> None:
    """Wait for other changes of the keys. They are visible afterwards."""
    await (await session.connection()).execute(text("SELECT pg_advisory_xact_lock(hashtext('signing_keys'))"))


def _timed(state: KeyState) -> TimedKey:
    assert state.key is not None  # noqa: S101 - for mypy
    return TimedKey(state.key, state.stored.signs_from, state.stored.retires_at)


def _store(key: SigningKey, signs_from: datetime) -> StoredKey:
    encrypted = encrypt(dump_private(key), purpose=_PURPOSE, row=f"{key.id}:{key.algorithm}")
    return StoredKey(id=key.id, algorithm=key.algorithm, encrypted_private_key=encrypted, signs_from=signs_from)


def _decrypt(stored: StoredKey) -> SigningKey | None:
    """Return None for a key of another `SECRET_KEY`, or one that was changed in the database."""
    private = decrypt(stored.encrypted_private_key, purpose=_PURPOSE, row=f"{stored.id}:{stored.algorithm}")
    return load_private(stored.algorithm, private) if private else None
