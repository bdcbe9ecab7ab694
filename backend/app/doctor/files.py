"""Checks of file storage: a file can be written, read and deleted, and enough space is left."""

import asyncio
import shutil
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError

from app.core.ids import new_id
from app.core.settings import Settings
from app.core.storage import REQUEST_SECONDS, SECONDS, open_store
from app.doctor.models import Finding, State

GIB = 1024**3
WARNING_BYTES, FAILED_BYTES = 5 * GIB, GIB


async def check_files(settings: Settings) -> list[Finding]:
    url = urlsplit(settings.storage_url)
    place = f"{url.scheme}://{url.netloc}{url.path}"  # without S3's options
    findings = [await _check_round_trip(settings, place)]
    if url.scheme == "file" and findings[0].state == "ok":
        folder = unquote(url.path)
        findings.append(judge_disk(shutil.disk_usage(folder).free, folder))
    return findings


async def _check_round_trip(settings: Settings, place: str) -> Finding:
    keys = settings.STORAGE_ACCESS_KEY_ID, settings.STORAGE_SECRET_ACCESS_KEY.get_secret_value()
    key, content, reason = f"doctor/{new_id()}", b"written by the doctor", "the content differs after reading it"
    try:
        async with asyncio.timeout(SECONDS):
            store = open_store(settings.storage_url, keys, request_seconds=REQUEST_SECONDS)
            await store.put_async(key, content)
            read = bytes(await (await store.get_async(key)).bytes_async())
            await store.delete_async(key)
    except (BaseError, OSError, TimeoutError) as error:
        read, reason = b"", type(error).__name__
    if read == content:
        return Finding(code="storage", state="ok", title="Files", detail=f"{place} is writable and readable.")
    return Finding(
        code="storage",
        state="failed",
        title="Files cannot be stored",
        detail=f"A test file could not be written to {place} and read back ({reason}).",
        fix="A directory must belong to the API's user (10001 in containers). For a bucket, check STORAGE_URL, "
        "STORAGE_ACCESS_KEY_ID and .local/secrets/STORAGE_SECRET_ACCESS_KEY.",
    )


def judge_disk(free: int, path: str) -> Finding:
    """Check the free space, in bytes."""
    detail = f"{free / GIB:.1f} GiB are free at {path}."
    if free >= WARNING_BYTES:
        return Finding(code="disk", state="ok", title="Disk", detail=detail)
    state: State = "failed" if free < FAILED_BYTES else "warning"
    fix = "Free some space (docker image prune, old logs and dumps) or enlarge the disk. A full disk stops all writes."
    return Finding(code="disk", state=state, title="The disk is almost full", detail=detail, fix=fix)
