"""The signed-in user, as a dependency of the other features' routes, and the form to sign in."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from fastapi.security.utils import get_authorization_scheme_param
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.cookies import COOKIE_NAME, refuse_cross_site
from app.auth.models import SessionUser
from app.core.database.session import AutocommitDep
from app.core.database.statements import AutocommitSession
from app.core.errors import Forbidden, NotAuthenticated
from app.core.http.openapi import raises
from app.core.lists.turns import requesting_user
from app.core.mail.addresses import MAX_LENGTH as MAX_ADDRESS_LENGTH
from app.core.security.passwords import MAX_LENGTH as MAX_PASSWORD_LENGTH
from app.core.security.signed_tokens import ACCESS, decode_token
from app.core.settings import settings
from app.users import crud as users_crud
from app.users.crud import Lock
from app.users.models import User


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
        """Return the token. Only the scheme `Bearer` replaces the cookie: a proxy's own `Basic` does not concern us."""
        token = _bearer_token(request) if "authorization" in request.headers else None
        if token is None and (token := request.cookies.get(COOKIE_NAME)):
            await refuse_cross_site(request)
        if not token:
            raise NotAuthenticated("Not authenticated")
        return token


def _bearer_token(request: Request) -> str | None:
    """Return the bearer token, "" for an ambiguous or missing one, or None without the scheme `Bearer`."""
    credentials = map(get_authorization_scheme_param, request.headers.getlist("authorization"))
    tokens = [token for scheme, token in credentials if scheme.lower() == "bearer"]
    return (tokens[0] if len(tokens) == 1 else "") if tokens else None


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


def confirm(user: SessionUser) -> Lock:
    """Return the function that a write calls after its last wait (hashing, an upload, another service, a lock).

    It locks the caller and the users to change, then checks that the caller's session and permissions are still as they
    were when the request began. They stay so until the commit. Raises `NotAuthenticated` or `Forbidden`.
    """

    async def lock(*, session: AsyncSession, user_ids: Collection[uuid.UUID] = ()) -> Sequence[User]:
        locked = await users_crud.lock_users(session=session, user_ids=[user.id, *user_ids])
        is_superuser = await crud.lock_access(session=session, session_id=user.session_id)
        found = {each.id for each in locked}
        if user.id in user_ids and user.id not in found:
            return []  # the caller's own record is not found
        if is_superuser is None:
            raise NotAuthenticated
        if is_superuser != user.is_superuser:
            raise Forbidden("Your permissions have changed. Try again.")
        return [each for each in locked if each.id in user_ids]

    return lock


@raises(Forbidden)
async def get_current_superuser(current_user: CurrentUser) -> SessionUser:
    if not current_user.is_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    return current_user


CurrentSuperuser = Annotated[SessionUser, Depends(get_current_superuser)]


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
