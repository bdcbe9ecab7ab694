"""Password hashing: Argon2id in worker threads, never on the event loop."""

import asyncio
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from time import monotonic
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.core.errors import Invalid, Unavailable

MAX_LENGTH = 128
"""Characters. Longer passwords are refused before any work on them: normalizing 100 KB takes seconds."""
QUEUE_SECONDS = 2.0
"""When the queue takes longer than this, further hashes are refused, unless there are only a few."""

T = TypeVar("T")

# The minimum of OWASP's Password Storage Cheat Sheet. bcrypt is for imported accounts, whose hashes are upgraded at the
# next login.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1), BcryptHasher()))
# One thread per core: a flood of logins queues here instead of exhausting the memory or blocking the event loop.
_THREADS = os.cpu_count() or 1
_threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="password")
_FEW = 16 * _THREADS
_unfinished = 0
_seconds_each = 0.05  # moving average


async def hash_password(password: str) -> str:
    """Raises `Invalid` for more than `MAX_LENGTH` characters, and `Unavailable` when the queue is full."""
    if len(password) > MAX_LENGTH:
        raise Invalid("password", f"A password has at most {MAX_LENGTH} characters", code="string_too_long")
    return await _in_thread(partial(_hash, password))


async def verify_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Return whether the password matches, and a new hash if the stored one is outdated.

    Without a stored hash, or with a password that is too long, return False after the usual time, so that the time does
    not reveal whether an account exists. Raises `Unavailable` when the queue is full.
    """
    return await _in_thread(partial(_verify, password, password_hash))


async def _in_thread(function: Callable[[], T]) -> T:
    """Run the function when a thread is free. Cancellation removes it from the queue."""
    global _unfinished, _seconds_each
    if _unfinished > max(_FEW, _THREADS * QUEUE_SECONDS / _seconds_each):
        raise Unavailable("Too many users are logging in. Try again in a moment.")

    def timed() -> tuple[float, T]:
        started = monotonic()
        result = function()
        return monotonic() - started, result

    _unfinished += 1
    try:
        seconds, result = await asyncio.get_running_loop().run_in_executor(_threads, timed)
    finally:
        _unfinished -= 1
    # Bounded, so that one hash during a pause of the machine does not close the queue for long.
    _seconds_each += (min(seconds, QUEUE_SECONDS) - _seconds_each) / 10
    return result


def _hash(password: str) -> str:
    return _hasher.hash(_normalize(password))


def _verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    if password_hash is not None and len(password) <= MAX_LENGTH:
        try:
            return _hasher.verify_and_update(_normalize(password), password_hash)
        except (UnknownHashError, ValueError):  # ValueError: bcrypt accepts at most 72 bytes
            pass
    _hasher.verify_and_update("", _dummy_hash())
    return False, None


def _normalize(password: str) -> str:
    """Normalize by NFKC, so that a password is the same on different keyboards (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _dummy_hash() -> str:
    return _hasher.hash("a password that nobody has")
