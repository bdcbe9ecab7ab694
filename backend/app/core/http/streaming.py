"""Answers that are sent piece by piece, for longer than another request may take."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Stream(StreamingResponse):
    """From its first byte on it has `seconds` of its own instead of `REQUEST_SECONDS`; `None` is for ever.

    An error or the end of its time cuts the connection: the receiver must not take what it has for the whole.
    """

    def __init__(
        self,
        content: AsyncIterator[bytes],
        *,
        media_type: str,
        seconds: float | None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(content, headers=headers, media_type=media_type)
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        now = asyncio.get_running_loop().time()
        scope["deadline"].reschedule(None if self.seconds is None else now + self.seconds)
        await super().__call__(scope, receive, send)
