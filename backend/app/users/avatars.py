"""User pictures: small squares in one format, rendered from the uploaded file by a process of its own."""

import asyncio
import os
import secrets
import sys
import uuid
from contextlib import suppress

import structlog

from app.core.errors import Invalid, Unavailable
from app.core.settings import settings
from app.core.turns import Turns
from app.users import render_avatar

logger = structlog.get_logger(__name__)

MAX_BYTES = 2 * 1024 * 1024
FOLDER = "avatars/"
MEDIA_TYPE = "image/webp"
# Their sum exceeds the time limit of a request, which ends the process, too.
RENDER_SECONDS, QUEUE_SECONDS = 5.0, 5.0
PROCESSES, QUEUE_SIZE = 2, 10
"""Processes that render concurrently, in each API process, and uploads that wait for one."""

# One user's slow pictures leave a process to the others. The wait ends before the request does.
_users_pictures = Turns("pictures", concurrent=1, waiting=3, seconds=8)

_COMMAND = (sys.executable, "-I", render_avatar.__file__)
# No secret in the environment. Some builds of Python find their library by this variable.
_ENVIRONMENT = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
_slots = asyncio.Semaphore(PROCESSES)
_waiting = 0


async def render(upload: bytes) -> bytes:
    """Return the picture's central square as WebP, upright and without metadata.

    Raises `Invalid` if the file is not a usable picture or takes longer than `RENDER_SECONDS`, `TooManyRequests` if the
    user sends several, and `Unavailable` if too many others wait.
    """
    async with _users_pictures.turn():
        status, picture, reason = await _in_a_process(upload)
    if status == render_avatar.TOO_LARGE:
        raise Invalid("file", "The image has too many pixels. Upload a smaller one.")
    if status != 0:
        logger.info("avatar_rejected", status=status, reason=reason.decode(errors="replace")[-200:].strip())
        raise Invalid("file", "The file is not a readable image. Use JPEG, PNG, WebP or GIF.")
    return picture


async def _in_a_process(upload: bytes) -> tuple[int | None, bytes, bytes]:
    """Run the program when a process is free. Raises `Unavailable`, and `Invalid` after `RENDER_SECONDS`."""
    await _take_slot()
    try:
        async with asyncio.timeout(RENDER_SECONDS):
            return await _run(upload)
    except TimeoutError:
        raise Invalid("file", "The image takes too long to process. Upload a simpler one.") from None
    finally:
        _slots.release()


async def _take_slot() -> None:
    """Wait for a free process. Raises `Unavailable` if the queue is full or does not move."""
    global _waiting
    if _waiting >= QUEUE_SIZE:
        raise Unavailable
    _waiting += 1
    try:
        async with asyncio.timeout(QUEUE_SECONDS):
            await _slots.acquire()
    except TimeoutError:
        raise Unavailable from None
    finally:
        _waiting -= 1


async def _run(upload: bytes) -> tuple[int | None, bytes, bytes]:
    """Run the program. Return its exit status, stdout and stderr. Ends it on a timeout or if the request ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*_COMMAND, env=_ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        picture, reason = await process.communicate(upload)
        return process.returncode, picture, reason
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def new_url(user_id: uuid.UUID) -> str:
    """Return a URL for a new picture. Each picture has its own, so that browsers can cache it forever."""
    return f"{settings.API_V1_STR}/users/{user_id}/avatar?v={secrets.token_hex(8)}"


def owner(key: str) -> uuid.UUID | None:
    """Return whose picture is stored under this key, or None if it is not the key of a picture."""
    try:
        return uuid.UUID(key.removeprefix(FOLDER)[:36])
    except ValueError:
        return None


def version(url: str) -> str:
    return url.rpartition("=")[2]


def key(user_id: uuid.UUID, url: str) -> str:
    """Return the storage key of the picture with this URL."""
    return f"{FOLDER}{user_id}-{version(url)}.webp"
