"""Uploads of one file in a multipart form."""

from fastapi import Request, UploadFile

from app.core.errors import FileTooLarge, Invalid

FORM_BYTES = 64 * 1024
"""Room for the rest of the form: set the route's `max_body_size` to the file's limit plus this."""


class OneFile:
    """Dependency that returns the content of the form's only `file`. Raises `Invalid` and `FileTooLarge`."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes

    async def __call__(self, request: Request, file: UploadFile) -> bytes:
        if len((await request.form()).getlist("file")) > 1:
            raise Invalid("file", "Send exactly one file")
        if (file.size or 0) > self.max_bytes:
            raise FileTooLarge("file", f"The file is larger than {self.max_bytes >> 20} MiB")
        return await file.read()
