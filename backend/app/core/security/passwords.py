"""Password hashing: Argon2id in worker threads, never on the event loop."""

import asyncio
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

# The minimum of OWASP's Password Storage Cheat Sheet. bcrypt is for imported accounts, whose hashes are upgraded at the
# next login.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1), BcryptHasher()))
# One thread per core: a flood of logins queues here instead of exhausting the memory or blocking the event loop.
_threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="password")


def _normalize(password: str) -> str:
    """Normalize by NFKC, so that a password is the same on different keyboards (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _dummy_hash() -> str:
    return _hasher.hash("a password that nobody has")


def _verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    known = password_hash or _dummy_hash()
    try:
        valid, updated_hash = _hasher.verify_and_update(_normalize(password), known)
    except (UnknownHashError, ValueError):  # ValueError: bcrypt accepts at most 72 bytes
        return False, None
    return (valid, updated_hash) if password_hash else (False, None)


async def hash_password(password: str) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _hasher.hash, _normalize(password))


async def verify_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Return whether the password matches, and a new hash if the stored one is outdated.

    Without a stored hash, return False after the same time, so that the time does not reveal whether an account exists.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, password, password_hash)
