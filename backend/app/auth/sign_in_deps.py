"""What sign-in takes from a request, besides who sends it (`deps.py`)."""

import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.security import OAuth2PasswordRequestForm

from app.auth.challenges import is_exempt
from app.auth.cookies import refresh_cookie, refuse_cross_site
from app.auth.devices import Client
from app.auth.models import Refresh
from app.auth.refresh_secrets import RefreshSecret, decode_refresh_token
from app.auth.sign_in import Exempt
from app.core.addresses import MAX_LENGTH as MAX_ADDRESS_LENGTH
from app.core.database.session import AutocommitDep
from app.core.errors import CrossSiteRequest, NotAuthenticated
from app.core.http.openapi import raises
from app.core.http.rate_limits import count_by_network, count_by_session
from app.core.request_context import request_client
from app.core.security.passwords import MAX_LENGTH as MAX_PASSWORD_LENGTH


@dataclass(frozen=True)
class PresentedRefresh:
    secret: RefreshSecret
    is_cookie: bool


@raises(CrossSiteRequest)
async def get_presented_token(request: Request, body: Refresh | None = None) -> PresentedRefresh:
    """Return the refresh token of the body, or else of the cookie. Raises `NotAuthenticated` for a made-up one.

    A request counts by its session, so that the users of one network, and the tabs of one browser, do not use up the
    limit of sign-in. A made-up token counts by network; without any, there is nothing to guess.
    """
    secret = refresh_cookie(request) if body is None else decode_refresh_token(body.refresh_token)
    if secret is None:
        if body is not None:
            await count_by_network(request)
        raise NotAuthenticated
    if body is None:
        await refuse_cross_site(request)
    count_by_session(request, secret.session_id)
    return PresentedRefresh(secret, is_cookie=body is None)


PresentedToken = Annotated[PresentedRefresh, Depends(get_presented_token)]


async def get_client(request: Request) -> Client:
    """Return where the request comes from, for a new session."""
    return Client.of(request_client(), request.headers)


ClientDep = Annotated[Client, Depends(get_client)]


async def get_exempt(session: AutocommitDep, request: Request) -> Exempt:
    """Return whether the request's browser needs no further proof for a user."""

    async def exempt(user_id: uuid.UUID) -> bool:
        return await is_exempt(session=session, request=request, user_id=user_id)

    return exempt


ExemptDep = Annotated[Exempt, Depends(get_exempt)]


OFFLINE_ACCESS = "offline_access"
"""The scope that adds a refresh token, as in OpenID Connect."""


class PasswordForm(OAuth2PasswordRequestForm):
    """FastAPI's form with limits. Beyond those of `username` and `password`, the credentials are wrong, not invalid."""

    def __init__(
        self,
        *,
        grant_type: Annotated[str | None, Form(max_length=8, pattern="^password$")] = None,
        username: Annotated[str, Form(json_schema_extra={"maxLength": MAX_ADDRESS_LENGTH})],
        password: Annotated[str, Form(json_schema_extra={"format": "password", "maxLength": MAX_PASSWORD_LENGTH})],
        scope: Annotated[str, Form(max_length=1_000)] = "",
        client_id: Annotated[str | None, Form(max_length=255)] = None,
        client_secret: Annotated[str | None, Form(max_length=255, json_schema_extra={"format": "password"})] = None,
    ) -> None:
        super().__init__(
            grant_type=grant_type,
            username=username,
            password=password,
            scope=scope,
            client_id=client_id,
            client_secret=client_secret,
        )

    @property
    def offline(self) -> bool:
        return OFFLINE_ACCESS in self.scopes
