"""Security headers. `frontend/nginx.conf` sends the same ones for the dashboard; a test compares them."""

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
    """Whether the API serves the path, and no page of the dashboard."""
    return path == "/api" or path.startswith(("/api/", "/.well-known/"))


EncodedHeaders = tuple[frozenset[bytes], list[tuple[bytes, bytes]]]
"""The headers' names, and the headers, encoded for ASGI."""


def _encode(headers: dict[str, str]) -> EncodedHeaders:
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return frozenset(name for name, _ in encoded), encoded


class ResponseHeaders:
    """The security headers of each kind of response."""

    def __init__(self, *, https: bool) -> None:
        common = {**COMMON, **(HSTS if https else {})}
        each = API, DOCS, {**DASHBOARD, **PAGES}
        self.api, self.docs, self.dashboard = (_encode({**common, **special}) for special in each)

    def of(self, path: str) -> EncodedHeaders:
        return self.api if is_api(path) else self.docs if path == "/docs" else self.dashboard
