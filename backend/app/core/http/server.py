"""uvicorn's HTTP protocol with limits, for `uvicorn --http app.core.http.server:LimitedProtocol`.

httptools collects headers of any size and waits for them forever. A proxy in front has limits of its own; this process
must not depend on one.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 80 * 1024
"""Request line, headers and trailers, as they arrive. `RequestGuard` explains its smaller limits to the client."""
MAX_DISCARDED_BYTES = 16 * 1024 * 1024
ARRIVAL_SECONDS = 15.0
"""For headers, and for the rest of a body after its response."""

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\ncache-control: no-store\r\n"
    b"connection: close\r\n\r\n"
)


class LimitedProtocol(HttpToolsProtocol):
    """Closes a connection whose headers are too large or too slow, or that sends a body that nobody reads."""

    _head_bytes = 0
    """Bytes that have arrived since the last headers were complete, without bodies."""
    _discarded_bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._limit_idle_time()  # uvicorn does so only after a response

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes == 0 or self.transport.is_closing():
            return
        is_head = self.cycle is None or self.cycle.response_complete
        if self._head_bytes > MAX_HEAD_BYTES:
            if is_head:
                self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif is_head:
            self._start_timer()

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self._head_bytes = self._discarded_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0
        if self.cycle is not None and self.cycle.response_complete:
            self._start_timer()
            self._discarded_bytes += len(body)
            if self._discarded_bytes > MAX_DISCARDED_BYTES:
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        if self._timer is not None:
            self._stop_timer()
            self._limit_idle_time()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self.cycle.waiting_for_100_continue:
            self.transport.close()  # the client keeps its body, and the parser would take the next request for it
        super().on_response_complete()

    def _limit_idle_time(self) -> None:
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(ARRIVAL_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
