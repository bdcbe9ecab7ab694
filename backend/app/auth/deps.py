"""Who asks: what the other features' routes depend on."""

import uuid
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from app.auth import crud
from app.auth.cookies import COOKIE_NAME, refuse_cross_site
from app.auth.models import SessionUser
from app.core.config import settings
from app.core.db import ReadSessionDep
from app.core.errors import Forbidden, NotAuthenticated
from app.core.tokens import ACCESS, decode_token

_bearer = OAuth2PasswordBearer(tokenUrl=f"{settings.API_V1_STR}/login/access-token", auto_error=False)


async def get_access_token(request: Request, bearer_token: Annotated[str | None, Depends(_bearer)]) -> str:
    """The bearer token if there is an Authorization header, else the dashboard's cookie."""
    if "authorization" in request.headers:
        if bearer_token is None:
            raise NotAuthenticated("Not authenticated")
        return bearer_token
    token = request.cookies.get(COOKIE_NAME)
    if not token:
        raise NotAuthenticated("Not authenticated")
    await refuse_cross_site(request)
    return token


async def get_session_id(token: Annotated[str, Depends(get_access_token)]) -> uuid.UUID:
    try:
        return uuid.UUID(decode_token(ACCESS, token)["sid"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise NotAuthenticated from None


async def get_current_user(
    session: ReadSessionDep, session_id: Annotated[uuid.UUID, Depends(get_session_id)]
) -> SessionUser:
    user = await crud.get_session_user(session=session, session_id=session_id)
    await session.close()  # gives the connection back before the handler asks for one
    if user is None:
        raise NotAuthenticated
    return user


CurrentUser = Annotated[SessionUser, Depends(get_current_user)]


async def get_current_superuser(current_user: CurrentUser) -> SessionUser:
    if not current_user.is_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    return current_user


CurrentSuperuser = Annotated[SessionUser, Depends(get_current_superuser)]
