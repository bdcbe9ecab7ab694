"""File storage in a directory or an S3-compatible bucket, as set by `STORAGE_URL`.

The application generates the keys; user input never becomes a key. Every operation has a timeout, which results in 503.
The library is imported by the first operation, because most requests need no file.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

from app.core.errors import Unavailable
from app.core.settings import settings

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

logger = structlog.get_logger(__name__)

SECONDS = 8.0
REQUEST_SECONDS = 5
BATCH = 500


async def put(key: str, content: bytes) -> None:
    """Store a file under `key`. Raises `Unavailable`, as do `get` and `delete`."""
    async with _bounded("put"):
        await _store().put_async(key, content)


async def get(key: str) -> bytes | None:
    """Return the file's content, or None if there is no such file."""
    async with _bounded("get"):
        try:
            found = await _store().get_async(key)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())


async def delete(*, key: str) -> None:
    """Delete the file if it exists."""
    async with _bounded("delete"):
        try:
            await _store().delete_async(key)
        except FileNotFoundError:
            return


async def keys(prefix: str, *, before: datetime) -> AsyncIterator[list[str]]:
    """Yield the keys below `prefix`, a folder, of files stored before a time, in batches. Raises `Unavailable`."""
    listing = aiter(_store().list(prefix, chunk_size=BATCH))
    while True:
        async with _bounded("list"):
            files = await anext(listing, None)
        if files is None:
            return
        yield [file["path"] for file in files if file["last_modified"] < before]


@asynccontextmanager
async def _bounded(action: str) -> AsyncIterator[None]:
    from obstore.exceptions import BaseError

    try:
        async with asyncio.timeout(SECONDS):
            yield
    except (BaseError, OSError, TimeoutError) as error:
        logger.error("storage_failed", action=action, error=repr(error))
        raise Unavailable("File storage is unavailable. Try again in a moment.") from None


@cache
def _store() -> "LocalStore | S3Store":
    keys = settings.STORAGE_ACCESS_KEY_ID, settings.STORAGE_SECRET_ACCESS_KEY.get_secret_value()
    return open_store(settings.storage_url, keys, request_seconds=REQUEST_SECONDS)


def open_store(url: str, keys: tuple[str, str], *, request_seconds: int) -> "LocalStore | S3Store":
    """Open `file:///directory` or `s3://bucket/prefix`, with S3 options such as `endpoint` and `region` in the query.

    `keys` are the bucket's access key id and secret key. If they are empty, AWS's usual sources apply: the environment,
    then the machine's role. `request_seconds` is the timeout of one HTTP request; a large file on S3 takes several.
    """
    from obstore.store import LocalStore, S3Store

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
