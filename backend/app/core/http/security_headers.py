"""Security headers. `frontend/nginx.conf` sends the same ones for the dashboard; a test compares them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
API = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PAGES = {"Cache-Control": "no-cache"}  # not for assets, which spa.py and nginx.conf treat separately
DASHBOARD = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Swagger UI needs an inline script.
DOCS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _encode(headers: dict[str, str]) -> tuple[frozenset[bytes], list[tuple[bytes, bytes]]]:
    """Return the headers' names and the headers, both encoded for ASGI."""
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return frozenset(name for name, _ in encoded), encoded


class ResponseHeaders:
    """Adds security headers to every response. A header set by the endpoint takes precedence."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        common = {**COMMON, **(HSTS if https else {})}
        each = API, DOCS, {**DASHBOARD, **PAGES}
        self.api, self.docs, self.dashboard = (_encode({**common, **special}) for special in each)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        path = scope["path"]
        names, added = self.api if is_api(path) else self.docs if path == "/docs" else self.dashboard

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                own = {name for name, _ in headers} & names
                message["headers"] = [*headers, *(header for header in added if header[0] not in own)]
            await send(message)

        await self.app(scope, receive, send_with_headers)
