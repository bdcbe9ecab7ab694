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

# The least that OWASP's password storage cheat sheet recommends. bcrypt is for imported accounts;
# their hashes are replaced at the next login.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1), BcryptHasher()))
# As many threads as cores: a flood of logins waits here and takes neither the memory nor the loop.
_threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="password")


def _normalize(password: str) -> str:
    """NFKC, so that one password typed on two keyboards is the same (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _dummy_hash() -> str:
    return _hasher.hash("a password that nobody has")


def _verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    known = password_hash or _dummy_hash()
    try:
        valid, updated_hash = _hasher.verify_and_update(_normalize(password), known)
    except (UnknownHashError, ValueError):  # ValueError: bcrypt takes no more than 72 bytes
        return False, None
    return (valid, updated_hash) if password_hash else (False, None)


async def hash_password(password: str) -> str:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _hasher.hash, _normalize(password))


async def verify_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether the password matches, and a new hash when the stored one is outdated.

    Without a stored hash it takes as long, and answers False: the time tells nothing.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, password, password_hash)
