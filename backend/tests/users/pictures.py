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


def several_pictures() -> bytes:
    """Return a JPEG with the marker of a file that contains two pictures, which Pillow reports as MPO."""
    output = BytesIO()
    first = Image.open(BytesIO(picture("JPEG")))
    first.save(output, "MPO", save_all=True, append_images=[first])
    return output.getvalue()


def slow_several_pictures() -> bytes:
    """Return a progressive JPEG of 4096 x 4096 pixels with 2,500 scans and that marker."""
    content = picture("JPEG", (4096, 4096), progressive=True)
    scan, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    marker = several_pictures()
    start = marker.index(b"\xff\xe2")
    length = int.from_bytes(marker[start + 2 : start + 4], "big") + 2
    return content[:2] + marker[start : start + length] + content[2:end] + content[scan:end] * 2500 + content[end:]


def many_frames(kind: str, count: int = 3000) -> bytes:
    """Return an animation."""
    frames = [Image.new("RGB", (64, 64), (n % 256, n // 256, 0)) for n in range(count)]
    frames[0].paste("blue", (0, 0, 64, 64))
    output = BytesIO()
    frames[0].save(output, kind, save_all=True, append_images=frames[1:])
    return output.getvalue()


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG with chunks before the pixels."""
    content = picture("PNG")
    header = content[:33]
    return header + b"".join(_chunk(name, value) for name, value in chunks) + content[33:]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


async def upload(client: AsyncClient, headers: Headers, content: bytes, name: str = "me.png") -> Response:
    return await client.put(AVATAR, headers=headers, files={"file": (name, content)})


def stored() -> list[str]:
    """Return the names of all pictures in the storage."""
    assert conftest.storage_folder is not None
    return sorted(path.name for path in Path(conftest.storage_folder).glob("avatars/*"))
