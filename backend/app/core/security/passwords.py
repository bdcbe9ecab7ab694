"""Password hashing: Argon2id in worker threads, never on the event loop."""

import asyncio
import os
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from time import monotonic
from typing import TypeVar

from argon2 import Type, extract_parameters
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.core.errors import Invalid, Unavailable
from app.core.turns import Turns

MAX_LENGTH = 128
"""Characters. Longer passwords are refused before any work on them: normalizing 100 KB takes seconds."""
QUEUE_SECONDS = 1.0
"""When the queue takes longer than this, further hashes are refused, unless there are only a few."""

_NICENESS = 10
"""0 is the event loop's. A thread with 10 gets a tenth of a busy core, and all of an idle one."""

# A user changes one password. A superuser's program can create many accounts, and those wait for each other.
USERS_HASHES = Turns("password changes", concurrent=2, waiting=30, seconds=4)

T = TypeVar("T")

# The minimum of OWASP's Password Storage Cheat Sheet.
_PASSES, _MEMORY_KIB = 2, 19 * 1024


class _Argon2idHasher(Argon2Hasher):
    """Argon2id that keeps stronger hashes, such as those of imported accounts. pwdlib's replaces all other ones."""

    def check_needs_rehash(self, hash: str | bytes) -> bool:
        stored = extract_parameters(hash if isinstance(hash, str) else hash.decode())
        is_weaker = stored.memory_cost * stored.time_cost < _MEMORY_KIB * _PASSES
        return is_weaker or stored.type is not Type.ID


# bcrypt is for imported accounts, whose hashes are upgraded at the next login.
_hasher = PasswordHash((_Argon2idHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1), BcryptHasher()))


def _share_of_cores(processes: str) -> int:
    """Return the cores for each API process. `processes` is WEB_CONCURRENCY, as uvicorn reads it."""
    count = int(processes) if processes.isascii() and processes.isdigit() else 1
    return max(1, (os.cpu_count() or 1) // max(1, count))


def _yield_to_others() -> None:
    """Lower this thread's priority, so that the event loop and PostgreSQL do not wait for hashes."""
    if sys.platform == "linux":  # elsewhere, threads have no priority of their own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


# One thread per core, over all processes: a flood of logins queues here instead of exhausting the memory.
_THREADS = _share_of_cores(os.environ.get("WEB_CONCURRENCY", ""))
_threads = ThreadPoolExecutor(_THREADS, "password", initializer=_yield_to_others)
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


@contextmanager
def place_in_queue() -> Iterator[None]:
    """Count as waiting for a hash. Raises `Unavailable` when the queue is full.

    For work that comes before a hash, such as the look-up of an account: a flood of logins is then refused before it
    occupies all connections.
    """
    global _unfinished
    if _unfinished > max(_FEW, _THREADS * QUEUE_SECONDS / _seconds_each):
        raise Unavailable("Too many users are logging in. Try again in a moment.")
    _unfinished += 1
    try:
        yield
    finally:
        _unfinished -= 1


def queue_length() -> int:
    """Return how many hashes and look-ups before a hash are unfinished."""
    return _unfinished


async def _in_thread(function: Callable[[], T]) -> T:
    """Run the function when a thread is free. Cancellation removes it from the queue."""
    global _seconds_each

    def timed() -> tuple[float, T]:
        started = monotonic()
        result = function()
        return monotonic() - started, result

    async with USERS_HASHES.turn():
        with place_in_queue():
            seconds, result = await asyncio.get_running_loop().run_in_executor(_threads, timed)
    # Bounded, so that one hash during a pause of the machine does not close the queue for long.
    _seconds_each += (min(seconds, QUEUE_SECONDS) - _seconds_each) / 10
    return result


def is_same_password(one: str, other: str) -> bool:
    """Compare two passwords as their hashes are compared. Limit their length first."""
    return _normalize(one) == _normalize(other)


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
