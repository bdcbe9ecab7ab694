"""Files, in a directory or in an S3-compatible bucket: `STORAGE_URL` says where.

Keys are the program's own and never what a user has sent. Every wait has a bound; beyond it the answer is 503.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.core.errors import Unavailable
from app.core.settings import settings

logger = structlog.get_logger(__name__)

SECONDS = 8.0
REQUEST_SECONDS = 5


async def put(key: str, content: bytes) -> None:
    """Raises `Unavailable`, as the others do."""
    async with _bounded("put"):
        await _store().put_async(key, content)


async def get(key: str) -> bytes | None:
    """None when there is no such file."""
    async with _bounded("get"):
        try:
            found = await _store().get_async(key)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())


async def delete(*, key: str) -> None:
    """It is no error when there is no such file."""
    async with _bounded("delete"):
        try:
            await _store().delete_async(key)
        except FileNotFoundError:
            return


@asynccontextmanager
async def _bounded(action: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except (BaseError, OSError, TimeoutError) as error:
        logger.error("storage_failed", action=action, error=repr(error))
        raise Unavailable("The storage of files does not answer. Try again in a moment.") from None


@cache
def _store() -> LocalStore | S3Store:
    keys = settings.STORAGE_ACCESS_KEY_ID, settings.STORAGE_SECRET_ACCESS_KEY.get_secret_value()
    return open_store(settings.storage_url, keys, request_seconds=REQUEST_SECONDS)


def open_store(url: str, keys: tuple[str, str], *, request_seconds: int) -> LocalStore | S3Store:
    """`file:///directory`, or `s3://bucket/prefix` with S3's options in the query: `endpoint`, `region` and others.

    `keys` are the bucket's access key id and secret key. Without them it is opened with those of the environment or the
    machine, as AWS has them. The bound is that of one request; S3's large files take several.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(unquote(parts.path)), mkdir=True)
    options: Any = {"region": "us-east-1", **dict(parse_qsl(parts.query))}
    if keys[0]:
        options["access_key_id"], options["secret_access_key"] = keys
    http: Any = {"connect_timeout": "3s", "timeout": f"{request_seconds}s", "allow_http": True}
    retries: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=request_seconds + 1)}
    prefix = parts.path.strip("/") or None
    return S3Store(parts.netloc, prefix=prefix, config=options, client_options=http, retry_config=retries)
