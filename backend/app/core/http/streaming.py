"""Streamed responses, which can take longer than other requests."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Stream(StreamingResponse):
    """A response whose timeout, once it has started, is `seconds` instead of `REQUEST_SECONDS`; `None` is unlimited.

    An error or the timeout aborts the connection, so that the client does not take the partial content as complete.
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
        scope["exchange"].deadline.restart(self.seconds)
        sending = asyncio.create_task(self.stream_response(send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Cancelled once, so that a running statement can end. Starlette cancels until the task has ended, which
            # would cost the pool a connection for each closed tab.
            sending.cancel()
            leaving.cancel()
            await asyncio.wait({sending, leaving})
        if not sending.cancelled():
            sending.result()
