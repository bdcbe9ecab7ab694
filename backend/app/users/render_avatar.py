"""Program that renders one user's picture: reads the uploaded file from stdin and writes the picture to stdout.

It is a process of its own, because a file from outside can exploit a decoder or keep it busy. The process has no
secrets, little memory and time, and can be killed. It imports nothing of the application, so it starts in 0.1 s.

Exit status: 0; `TOO_LARGE`; any other means that the file is unusable, for the reason on stderr.
"""

import resource
import sys
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIZE = 256
MAX_SIDE, MAX_PIXELS = 10_000, 4096 * 4096
MAX_SCANS = 50
"""A malicious progressive JPEG can contain thousands of scans over all of its pixels; a normal one has about ten."""
# Rendering the largest picture takes 0.5 s and, if it is a WebP, 270 MB.
MAX_CPU_SECONDS = 4
MAX_MEMORY_BYTES = 1024 * 1024 * 1024
TOO_LARGE = 3

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_JPEG, _SCAN = b"\xff\xd8", b"\xff\xda"


def main() -> None:
    limit_resources()
    picture = render(sys.stdin.buffer.read())
    sys.stdout.buffer.write(picture)


def limit_resources() -> None:
    limits = {
        resource.RLIMIT_CPU: MAX_CPU_SECONDS,
        resource.RLIMIT_AS: MAX_MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        with suppress(ValueError, OSError):  # macOS has no limit for memory
            resource.setrlimit(kind, (limit, limit))


def render(upload: bytes) -> bytes:
    """Return the picture's central square as WebP, upright and without metadata. Raises any error of a decoder."""
    # Without this import, Pillow would load the plugins of all formats to find the one for WebP.
    from PIL import Image, WebPImagePlugin  # noqa: F401

    if upload.startswith(_JPEG) and upload.count(_SCAN) > MAX_SCANS:
        raise ValueError("too many scans")
    Image.MAX_IMAGE_PIXELS = None  # MAX_PIXELS is checked here instead, before anything is decoded
    with Image.open(BytesIO(upload), formats=_FORMATS) as image:
        if image.format not in _FORMATS:
            # Allowed to open a JPEG, Pillow also opens an MPO, which is a JPEG that contains several pictures.
            raise ValueError(f"the format is {image.format}")
        if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
            raise SystemExit(TOO_LARGE)
        return _square(image)


def _square(image: "Image.Image") -> bytes:
    from PIL import Image, ImageOps

    image.draft("RGB", (2 * SIZE, 2 * SIZE))  # decodes a large JPEG at a fraction of its size
    mode = "RGBA" if image.has_transparency_data else "RGB"
    pixels = image if image.mode == mode else image.convert(mode)
    square = ImageOps.fit(pixels, (SIZE, SIZE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(square)
    output = BytesIO()
    Image.frombytes(mode, upright.size, upright.tobytes()).save(output, "WEBP", quality=85)
    return output.getvalue()


if __name__ == "__main__":
    main()
