"""The signed-in user, as a dependency of the other features' routes."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.auth import crud
from app.auth.cookies import COOKIE_NAME, refuse_cross_site
from app.auth.models import SessionUser
from app.core.database.session import AutocommitDep
from app.core.database.statements import AutocommitSession
from app.core.errors import Forbidden, NotAuthenticated
from app.core.http.openapi import raises
from app.core.lists.turns import requesting_user
from app.core.security.signed_tokens import ACCESS, decode_token
from app.core.settings import settings


class SignedInUser(OAuth2PasswordBearer):
    """The user who sent the request, by a bearer token or else by the dashboard's cookie.

    One dependency for all steps: the framework's own work for a dependency costs more than such a step.
    """

    async def __call__(self, request: Request, session: AutocommitDep) -> SessionUser:  # type: ignore[override]
        session_id = _session_id(await self._token(request))
        user = await crud.get_session_user(session=session, session_id=session_id)
        if user is None:
            raise NotAuthenticated
        requesting_user.set(user.id)
        return user

    async def _token(self, request: Request) -> str:
        if "authorization" in request.headers:
            token = await super().__call__(request)
        elif token := request.cookies.get(COOKIE_NAME):
            await refuse_cross_site(request)
        if not token:
            raise NotAuthenticated("Not authenticated")
        return token


def _session_id(token: str) -> uuid.UUID:
    try:
        return uuid.UUID(decode_token(ACCESS, token)["sid"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise NotAuthenticated from None


get_current_user = SignedInUser(
    tokenUrl=f"{settings.API_V1_STR}/login/access-token", scheme_name="OAuth2PasswordBearer", auto_error=False
)
CurrentUser = Annotated[SessionUser, Depends(get_current_user)]


def still_allowed(session: AutocommitSession, user: SessionUser) -> Callable[[], Awaitable[bool]]:
    """Checks, during a long response, that the user's session is alive and has the same permissions as before."""

    async def is_allowed() -> bool:
        access = await crud.get_access(session=session, session_id=user.session_id)
        return access is not None and access["is_superuser"] == user.is_superuser

    return is_allowed


@raises(Forbidden)
async def get_current_superuser(current_user: CurrentUser) -> SessionUser:
    if not current_user.is_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    return current_user


CurrentSuperuser = Annotated[SessionUser, Depends(get_current_superuser)]
