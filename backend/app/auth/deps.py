"""Who can call a route. Each route takes one of these policies; a structure test finds those without one.

`Anyone`: no credentials. `CurrentUser`: a session, or a token with the scope for the method. `CurrentSuperuser`: also a
superuser, and the scope `admin`. `CurrentSession`: a session, no token. `RecentSession`: one whose user has proved who
they are within the last minutes. `FactorSession`: by a second factor, if they have set up one.
"""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from fastapi.security.utils import get_authorization_scheme_param
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, principals, recent_writes, service
from app.auth.challenges import kinds_of
from app.auth.cookies import refresh_cookie, refuse_cross_site, session_cookie
from app.auth.models import RECENT, Principal, SessionPrincipal
from app.core.clock import utc_now
from app.core.database.replica import reads_from_replica
from app.core.database.session import SAFE_METHODS, AutocommitDep, SessionDep
from app.core.database.statements import AutocommitSession
from app.core.errors import Forbidden, MfaSetupRequired, NotAuthenticated, ReauthenticationRequired
from app.core.http.openapi import raises
from app.core.http.rate_limits import count_by_user
from app.core.request_context import current_request
from app.core.security.signed_tokens import ACCESS, verify_token
from app.core.settings import settings
from app.users import crud as users_crud
from app.users.crud import Lock
from app.users.models import User

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


class Authentication(OAuth2PasswordBearer):
    """Finds who sent the request, by a bearer token or else by the dashboard's cookie.

    One dependency for all steps: the framework's own work for a dependency costs more than such a step.
    """

    async def __call__(self, request: Request, session: AutocommitDep) -> Principal:  # type: ignore[override]
        token = _bearer_token(request) if "authorization" in request.headers else None
        kind = principals.kind_of_token(token) if token else None  # never by a cookie
        user: Principal | None
        if kind:
            user = await kind.find_principal(session=session, token=token or "")
        else:
            session_id = await _session_id(await self._session_token(request, token))
            user = await crud.get_session_principal(session=session, session_id=session_id)
        if user is None:
            raise NotAuthenticated
        if (needed := "read" if request.method in SAFE_METHODS else "write") not in user.scopes:
            raise Forbidden(f"This token does not have the scope {needed}")
        if context := current_request.get():
            context.caller = user
        count_by_user(request, user.id)
        if isinstance(user, SessionPrincipal) and user.must_set_up_factor and not self._is_allowed_before(request):
            raise MfaSetupRequired
        if kind:
            await kind.note_use(session=session, principal=user)
        elif isinstance(user, SessionPrincipal) and service.is_use_to_be_noted(user):
            await service.note_use(session=session, session_id=user.session_id)
        if settings.DATABASE_REPLICA_URL.get_secret_value():
            await _choose_database(request, session, user)
        return user

    def _is_allowed_before(self, request: Request) -> bool:
        return hasattr(request.scope.get("endpoint"), "is_before_factor_setup")

    async def _session_token(self, request: Request, token: str | None) -> str:
        """Return the token. Only the scheme `Bearer` replaces the cookie: a proxy's own `Basic` does not concern us."""
        if token is None and (token := session_cookie(request)):
            await refuse_cross_site(request)
        if not token:
            raise NotAuthenticated("Not authenticated")
        return token


def before_factor_setup(handler: HandlerT) -> HandlerT:
    """Let users call an operation who still have to set up the second factor that the settings require of them."""
    handler.is_before_factor_setup = True  # type: ignore[attr-defined]
    return handler


async def _choose_database(request: Request, session: AutocommitSession, user: Principal) -> None:
    """Let the lists of this request come from the replica, unless the user writes or has just written."""
    is_read = request.method in SAFE_METHODS
    if not is_read:
        await recent_writes.note_write(session=session, user_id=user.id)
    reads_from_replica.set(is_read and not user.has_just_written)


def _bearer_token(request: Request) -> str | None:
    """Return the bearer token, "" for an ambiguous or missing one, or None without the scheme `Bearer`."""
    credentials = map(get_authorization_scheme_param, request.headers.getlist("authorization"))
    tokens = [token for scheme, token in credentials if scheme.lower() == "bearer"]
    return (tokens[0] if len(tokens) == 1 else "") if tokens else None


async def _session_id(token: str) -> uuid.UUID:
    try:
        return uuid.UUID((await verify_token(ACCESS, token))["sid"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise NotAuthenticated from None


_SCHEME: dict[str, Any] = {
    "tokenUrl": f"{settings.API_V1_STR}/login/access-token",
    "scheme_name": "OAuth2PasswordBearer",
    "auto_error": False,
}
get_current_user = Authentication(**_SCHEME)


raises(Forbidden, MfaSetupRequired)(get_current_user)
CurrentUser = Annotated[Principal, Depends(get_current_user)]


def still_allowed(session: AutocommitSession, user: Principal) -> Callable[[], Awaitable[bool]]:
    """Checks, during a long response, that the session or token is valid and has the same permissions as before."""

    async def is_allowed() -> bool:
        if kind := principals.kind_of(user):
            access = await kind.get_access(session=session, principal=user)
        else:
            access = await crud.get_access(session=session, session_id=user.session_id)
        return access is not None and access["is_superuser"] == user.is_superuser

    return is_allowed


def confirm(user: Principal) -> Lock:
    """Return the function that a write calls after its last wait (hashing, an upload, another service, a lock).

    It locks the caller and the users to change, then checks that the caller's session or token and permissions are
    still as they were when the request began. They stay so until the commit. Raises `NotAuthenticated` or `Forbidden`.
    """

    async def lock(*, session: AsyncSession, user_ids: Collection[uuid.UUID] = ()) -> Sequence[User]:
        locked = await users_crud.lock_users(session=session, user_ids=user_ids, caller_id=user.id)
        if kind := principals.kind_of(user):
            is_superuser = await kind.lock_access(session=session, principal=user)
        else:
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
async def get_writer(session: SessionDep, current_user: CurrentUser) -> Principal:
    """Confirm a superuser, who can change the rows of other users, before the request waits for a lock on a row.

    Others change their own rows only, which they could do a moment earlier.
    """
    if current_user.is_superuser:
        await confirm(current_user)(session=session)
    return current_user


Writer = Annotated[Principal, Depends(get_writer)]
"""The signed-in user, in a handler that changes rows: superusers stay so until the commit."""


@raises(Forbidden)
async def get_current_superuser(current_user: CurrentUser) -> Principal:
    if not current_user.is_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    if "admin" not in current_user.scopes:
        raise Forbidden("This token does not have the scope admin")
    return current_user


CurrentSuperuser = Annotated[Principal, Depends(get_current_superuser)]


@raises(Forbidden)
async def get_current_session(current_user: CurrentUser) -> SessionPrincipal:
    if not isinstance(current_user, SessionPrincipal):
        raise Forbidden("Sign in to do this. A token is not enough.")
    return current_user


CurrentSession = Annotated[SessionPrincipal, Depends(get_current_session)]


@raises(ReauthenticationRequired)
async def get_recent_session(current_session: CurrentSession) -> SessionPrincipal:
    if utc_now() - current_session.authenticated_at > RECENT:
        raise ReauthenticationRequired
    return current_session


RecentSession = Annotated[SessionPrincipal, Depends(get_recent_session)]


@raises(ReauthenticationRequired)
async def get_factor_session(session: AutocommitDep, recent_session: RecentSession) -> SessionPrincipal:
    # A factor is also a proof of an account that has only others: it is the user's own, and stronger than a password.
    if recent_session.factor is None and await kinds_of(session=session, user_id=recent_session.id):
        raise ReauthenticationRequired(by_factor=True)
    return recent_session


FactorSession = Annotated[SessionPrincipal, Depends(get_factor_session)]


class Leaving(Authentication):
    """Finds the session to log out. Its access token can have expired: then the refresh cookie says which one it is."""

    def _is_allowed_before(self, request: Request) -> bool:
        return True

    async def __call__(self, request: Request, session: AutocommitDep) -> uuid.UUID:  # type: ignore[override]
        try:
            user = await super().__call__(request, session)
        except NotAuthenticated:
            token = refresh_cookie(request)
            if token is None or _bearer_token(request) is not None:
                raise
            await refuse_cross_site(request)
            return token.session_id
        return (await get_current_session(user)).session_id


get_leaving_session = Leaving(**_SCHEME)
raises(Forbidden)(get_leaving_session)
LeavingSession = Annotated[uuid.UUID, Depends(get_leaving_session)]


async def anyone() -> None:
    """Let everybody in, without credentials."""


Anyone = Depends(anyone)
