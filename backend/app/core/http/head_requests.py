"""Middleware that responds to HEAD as to GET, without the body (RFC 9110, section 9.3.2)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.http.security_headers import is_api


class HeadRequests:
    """FastAPI's routes accept the methods that they name, and the OpenAPI document would list a HEAD for each GET.

    Pages and files need no help. The first part of the body ends the response, so that a stream stops: for it, the
    client has disconnected.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not is_api(scope["path"]):
            return await self.app(scope, receive, send)

        has_ended = False

        async def send_without_body(message: Message) -> None:
            nonlocal has_ended
            if has_ended:
                return
            if message["type"] == "http.response.body":
                has_ended = True
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)
