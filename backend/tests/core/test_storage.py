"""Files in a directory, and in a bucket of an S3 server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.core import storage
from app.core.errors import Unavailable
from app.core.settings import Settings, settings
from tests.core.bucket import Bucket


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    bucket = Bucket()
    server = await asyncio.start_server(bucket.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        bucket.url = f"s3://files/pictures?endpoint=http://127.0.0.1:{port}&region=eu-central-1"
        yield bucket


@pytest.fixture
def open_store(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make the functions of the module use the store of another URL."""

    def use(url: str) -> None:
        monkeypatch.setattr(settings, "STORAGE_URL", url)
        monkeypatch.setattr(storage, "_store", cache(storage._store.__wrapped__))

    return use


async def put_get_and_delete() -> None:
    assert await storage.get("a/b.webp") is None
    await storage.put("a/b.webp", b"first")
    await storage.put("a/b.webp", b"second")
    assert await storage.get("a/b.webp") == b"second"
    await storage.delete(key="a/b.webp")
    await storage.delete(key="a/b.webp")
    assert await storage.get("a/b.webp") is None


async def test_directory_keeps_files(tmp_path: Path, open_store: Callable[[str], None]) -> None:
    open_store(f"file://{tmp_path}/not%20yet/there")
    await put_get_and_delete()
    await storage.put("a/b", b"x")
    assert (tmp_path / "not yet" / "there" / "a" / "b").read_bytes() == b"x"


async def test_bucket_keeps_files(
    bucket: Bucket, open_store: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "STORAGE_ACCESS_KEY_ID", "the-key-id")
    monkeypatch.setattr(settings, "STORAGE_SECRET_ACCESS_KEY", SecretStr("the-secret"))
    open_store(bucket.url)
    await put_get_and_delete()
    assert {path for _, path, _ in bucket.requests} == {"/files/pictures/a/b.webp", "/files?delete"}
    for _, _, headers in bucket.requests:
        assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=the-key-id/")
        assert "/eu-central-1/s3/" in headers["authorization"]
        assert "the-secret" not in str(headers)


async def test_key_cannot_leave_the_directory(tmp_path: Path, open_store: Callable[[str], None]) -> None:
    open_store(f"file://{tmp_path}/files")
    with pytest.raises(ValueError, match="illegal"):
        await storage.put("../outside", b"x")
    assert not (tmp_path / "outside").exists()


async def test_unusable_directory_is_unavailable(tmp_path: Path, open_store: Callable[[str], None]) -> None:
    (tmp_path / "file").touch()
    open_store(f"file://{tmp_path}/file/below")
    with pytest.raises(Unavailable):
        await storage.put("a", b"x")


async def test_silent_bucket_is_unavailable_in_time(
    open_store: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "SECONDS", 0.1)
    released = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        open_store(f"s3://files?endpoint=http://127.0.0.1:{port}&access_key_id=a&secret_access_key=b")
        for call in (storage.put("a", b"x"), storage.get("a"), storage.delete(key="a")):
            with pytest.raises(Unavailable):
                await call
        released.set()


@pytest.mark.parametrize(
    "url",
    ["/var/lib/app", "file://host/path", "file:///", "file:", "s3:///prefix", "s3://key:secret@bucket", "gs://bucket"],
)
def test_unknown_url_scheme_refuses_to_start(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, _secrets_dir=(), STORAGE_URL=url)
    assert "STORAGE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_local_development_needs_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_URL")
    assert Settings(_env_file=None, _secrets_dir=()).storage_url.endswith("/.local/storage")
