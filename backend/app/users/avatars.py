"""User pictures: small squares in one format, re-encoded from the uploaded file."""

import asyncio
import secrets
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import structlog
from PIL import Image, ImageOps

from app.core.errors import Invalid, Unavailable
from app.core.settings import settings

logger = structlog.get_logger(__name__)

MAX_BYTES = 2 * 1024 * 1024
MEDIA_TYPE = "image/webp"
SIZE = 256
MAX_SIDE, MAX_PIXELS = 10_000, 4096 * 4096
MAX_SCANS = 50
"""A malicious progressive JPEG can contain thousands of scans over all of its pixels; a normal one has about ten."""
SECONDS = 10.0

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_SCAN = b"\xff\xda"
# One thread: decoding the largest picture takes half a second, and 270 MB if it is a WebP.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="avatar")
Image.MAX_IMAGE_PIXELS = None  # `_render` checks MAX_PIXELS instead, before it decodes anything


async def render(upload: bytes) -> bytes:
    """Return the picture's central square as WebP, upright and without metadata.

    Raises `Invalid` if the file is not a usable picture, and `Unavailable` after `SECONDS`.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(SECONDS):
            return await loop.run_in_executor(_thread, _render, upload)
    except TimeoutError:
        raise Unavailable from None


def _render(upload: bytes) -> bytes:
    try:
        with Image.open(BytesIO(upload), formats=_FORMATS) as image:
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise Invalid("file", "The image has too many pixels. Upload a smaller one.")
            if image.format == "JPEG" and upload.count(_SCAN) > MAX_SCANS:
                raise ValueError("too many scans")
            return _square(image)
    except Invalid:
        raise
    except Exception as error:  # noqa: BLE001 - a decoder can raise anything for a broken file
        logger.info("avatar_rejected", error=repr(error))
        raise Invalid("file", "The file is not a readable image. Use JPEG, PNG, WebP or GIF.") from None


def _square(image: Image.Image) -> bytes:
    image.draft("RGB", (2 * SIZE, 2 * SIZE))  # decodes a large JPEG at a fraction of its size
    mode = "RGBA" if image.has_transparency_data else "RGB"
    pixels = image if image.mode == mode else image.convert(mode)
    square = ImageOps.fit(pixels, (SIZE, SIZE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(square)
    output = BytesIO()
    Image.frombytes(mode, upright.size, upright.tobytes()).save(output, "WEBP", quality=85)
    return output.getvalue()


def new_url(user_id: uuid.UUID) -> str:
    """Return a URL for a new picture. Each picture has its own, so that browsers can cache it forever."""
    return f"{settings.API_V1_STR}/users/{user_id}/avatar?v={secrets.token_hex(8)}"


def version(url: str) -> str:
    return url.rpartition("=")[2]


def key(user_id: uuid.UUID, url: str) -> str:
    """Return the storage key of the picture with this URL."""
    return f"avatars/{user_id}-{version(url)}.webp"
