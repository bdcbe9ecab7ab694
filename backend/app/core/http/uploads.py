"""A file in a multipart form."""

from fastapi import Request, UploadFile

from app.core.errors import FileTooLarge, Invalid

FORM_BYTES = 64 * 1024
"""What a form may have around the file: `max_body_size` of the route is the file's limit and this."""


class OneFile:
    """A dependency: the content of the form's only `file`, of at most so many bytes."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes

    async def __call__(self, request: Request, file: UploadFile) -> bytes:
        if len((await request.form()).getlist("file")) > 1:
            raise Invalid("file", "Send one file")
        if (file.size or 0) > self.max_bytes:
            raise FileTooLarge("file", f"The file is larger than {self.max_bytes >> 20} MiB")
        return await file.read()
