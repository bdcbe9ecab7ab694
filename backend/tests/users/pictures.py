"""Create valid and invalid picture files, and upload them."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

from httpx2 import AsyncClient, Response
from PIL import Image

from tests import conftest
from tests.auth.factories import Headers

AVATAR = "/api/v1/users/me/avatar"
RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 400), mode: str = "RGB", **options: object) -> bytes:
    """Return a red picture whose left half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    output = BytesIO()
    image.convert(mode).save(output, kind, **options)
    return output.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_bomb() -> bytes:
    """Return a file of 100 kB that decodes to 2.7 GB."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def slow_jpeg() -> bytes:
    """Return a progressive JPEG that repeats its last scan 1,000 times. Each scan visits every pixel."""
    content = picture("JPEG", (4000, 4000), progressive=True)
    scan, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:end] + content[scan:end] * 1000 + content[end:]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


async def upload(client: AsyncClient, headers: Headers, content: bytes, name: str = "me.png") -> Response:
    return await client.put(AVATAR, headers=headers, files={"file": (name, content)})


def stored() -> list[str]:
    """Return the names of all pictures in the storage."""
    assert conftest.storage_folder is not None
    return sorted(path.name for path in Path(conftest.storage_folder).glob("avatars/*"))
