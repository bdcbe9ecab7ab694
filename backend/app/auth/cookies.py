"""The dashboard's cookies, which scripts cannot read: both tokens, and the device that has signed in before.

The tokens are never in a response body.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.auth.config import settings as auth_settings
from app.auth.known_devices import KnownDevice, account_of, decode_device
from app.auth.refresh_secrets import RefreshSecret, decode_refresh_token
from app.auth.service import Tokens
from app.core.database.statements import Row
from app.core.errors import CrossSiteRequest
from app.core.http.openapi import raises
from app.core.http.rate_limits import count_by_network
from app.core.http.responses import respond
from app.core.settings import settings
from app.users.models import User, UserPublic


def cookie_name(kind: str) -> str:
    """Return the name of a cookie that only this host can set.

    The prefix `__Host-` prevents subdomains from setting it; browsers require `Secure` and `Path=/` with it. Plain
    http, which is for local development only, allows neither the prefix nor `Secure`.
    """
    return f"__Host-{kind}" if settings.secure_cookies else _local_name(kind)


def _local_name(kind: str = "session") -> str:
    """Return a name that differs between the projects on one machine, because browsers share cookies between ports."""
    port = urlsplit(settings.FRONTEND_URL).port
    parts = (kind, auth_settings.STACK_NAME, str(port or "") if auth_settings.STACK_NAME else "")
    return "-".join(re.sub(r"[^A-Za-z0-9_-]", "", part) for part in parts if part)


COOKIE_NAME, DEVICE_COOKIE_NAME = cookie_name("session"), cookie_name("device")
COOKIE_PATH = "/" if settings.secure_cookies else "/api"

# Sent only where it is needed. Another path than `/` does not allow `__Host-`.
REFRESH_COOKIE_NAME = "__Secure-refresh" if settings.secure_cookies else _local_name("refresh")
REFRESH_COOKIE_PATH = f"{settings.API_V1_STR}/login"

DEVICE_SECONDS = 180 * 24 * 3600

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def set_session_cookies(response: Response, tokens: Tokens) -> None:
    """Each cookie lasts as long as its token."""
    set_cookie(response, COOKIE_NAME, tokens.access_token, tokens.expires_in)
    if tokens.refresh_token is not None:
        set_cookie(response, REFRESH_COOKIE_NAME, tokens.refresh_token, tokens.refresh_expires_in, REFRESH_COOKIE_PATH)


def set_device_cookie(response: Response, device: KnownDevice) -> None:
    set_cookie(response, DEVICE_COOKIE_NAME, device.encode(), DEVICE_SECONDS)


def known_client(request: Request) -> str | None:
    """Return what a device that has signed in before counts as, instead of its network."""
    device = signed_device(request)
    return f"device:{device.id}" if device else None


async def known_device(request: Request, email: str) -> KnownDevice | None:
    """Return the device if it has signed in to this address before.

    For another address it counts as a stranger. Raises `TooManyRequests` if its network has no attempts left.
    """
    device = signed_device(request)
    if device is None or device.account == account_of(email):
        return device
    await count_by_network(request)
    return None


def signed_device(request: Request) -> KnownDevice | None:
    """Return the device of the request's cookie, whichever address it has signed in to."""
    return decode_device(read_cookie(request, DEVICE_COOKIE_NAME))


def set_cookie(response: Response, name: str, value: str, max_age: int, path: str = COOKIE_PATH) -> None:
    """Set a cookie that scripts cannot read, for `max_age` seconds."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def session_response(user: Row[UserPublic] | User, tokens: Tokens, device: KnownDevice | None = None) -> Response:
    """Return the response to a sign-in of a browser: the user, and the cookies. The device is a new one if missing."""
    response = respond(UserPublic, user)
    set_session_cookies(response, tokens)
    email = user.email if isinstance(user, User) else user["email"]
    set_device_cookie(response, device or KnownDevice.new(email))
    return response


def clear_session_cookies(response: Response) -> None:
    for name, path in ((COOKIE_NAME, COOKIE_PATH), (REFRESH_COOKIE_NAME, REFRESH_COOKIE_PATH)):
        response.delete_cookie(name, path=path, secure=settings.secure_cookies, httponly=True, samesite="lax")


def session_cookie(request: Request) -> str | None:
    """Return the token of the session cookie, as the client sent it."""
    return read_cookie(request, COOKIE_NAME)


def refresh_cookie(request: Request) -> RefreshSecret | None:
    """Return the refresh token of a cookie, or None.

    Subdomains can set cookies of this name, so the first one counts that this deployment has issued.
    """
    found = map(decode_refresh_token, _cookies(request, REFRESH_COOKIE_NAME))
    return next((secret for secret in found if secret is not None), None)


def read_cookie(request: Request, cookie: str) -> str | None:
    """Return the first value of this name, as the client sent it."""
    return next(_cookies(request, cookie), None)


def _cookies(request: Request, cookie: str) -> Iterator[str]:
    """Yield the values of all cookies with this name, as the client sent them.

    Not `request.cookies`, which also decodes quoted values of all cookies: before Python 3.11.10 and 3.12.6, 60 KB of
    backslashes took that half a minute (CVE-2024-7592).
    """
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            name, _, value = pair.partition("=")
            if name.strip() == cookie:
                yield value.strip()


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
