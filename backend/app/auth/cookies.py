"""The dashboard's session cookie, which scripts cannot read. The token is never in a response body."""

import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.auth.config import settings as auth_settings
from app.core.errors import CrossSiteRequest
from app.core.http.openapi import raises
from app.core.settings import settings


def _local_name() -> str:
    """Return a name that differs between the projects on one machine, because browsers share cookies between ports."""
    port = urlsplit(settings.FRONTEND_URL).port
    parts = ("session", auth_settings.STACK_NAME, str(port or "") if auth_settings.STACK_NAME else "")
    return "-".join(re.sub(r"[^A-Za-z0-9_-]", "", part) for part in parts if part)


# The prefix `__Host-` prevents subdomains from setting the cookie; browsers require `Secure` and `Path=/` with it.
# Plain http, which is for local development only, allows neither the prefix nor `Secure`.
if settings.secure_cookies:
    COOKIE_NAME, COOKIE_PATH = "__Host-session", "/"
else:
    COOKIE_NAME, COOKIE_PATH = _local_name(), "/api"

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def set_session_cookie(response: Response, access_token: str, max_age: int) -> None:
    response.set_cookie(
        COOKIE_NAME,
        access_token,
        max_age=max_age,
        path=COOKIE_PATH,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response) -> None:
    response.delete_cookie(
        COOKIE_NAME,
        path=COOKIE_PATH,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


@raises(CrossSiteRequest)
async def refuse_cross_site(request: Request) -> None:
    """Raise `CrossSiteRequest` if an unsafe request could come from another site's page.

    Browsers send the relation of the page in Sec-Fetch-Site, and its origin in Origin. A client that sends neither is
    not a browser and should use a bearer token.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    if site in (None, "same-site", "cross-site") and _origin(request) in settings.cors_origins:
        return
    raise CrossSiteRequest("This request did not come from the dashboard. Use the dashboard or a bearer token.")


def _origin(request: Request) -> str:
    """Return the request's origin as settings are normalized: without the dot of the DNS root."""
    return request.headers.get("origin", "").replace(".:", ":").removesuffix(".")
