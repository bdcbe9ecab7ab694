"""The dashboard's session cookie. Script cannot read it; the token is in no response body."""

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import CrossSiteRequest
from app.core.http.openapi import raises
from app.core.settings import settings

# The prefix `__Host-` keeps sub-domains from setting the cookie; browsers demand `Secure` and
# `Path=/` for it. On plain http, which is local development only, the cookie has neither.
if settings.secure_cookies:
    COOKIE_NAME, COOKIE_PATH = "__Host-session", "/"
else:
    COOKIE_NAME, COOKIE_PATH = "session", "/api"

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
    """Raises `CrossSiteRequest` when an unsafe request may come from another site's page.

    A browser says where a request comes from by Sec-Fetch-Site, and names the page's site in Origin. A client
    that sends neither has no cookies of its own: it should send a bearer token.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    if site in (None, "same-site", "cross-site") and request.headers.get("origin") in settings.cors_origins:
        return
    raise CrossSiteRequest("This request does not come from the dashboard. Send it from there, or use a bearer token.")
