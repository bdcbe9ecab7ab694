"""Kinds of principals besides sessions. Features bring them; this feature has none.

A feature registers its kinds in its own `principals.py`, which is imported when the application starts:

    register(ApiTokens())
"""

from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import Principal
from app.core.database.statements import AutocommitSession, Row


class PrincipalKind(Protocol):
    """One kind of bearer token, and the principals whose requests carry it."""

    @property
    def principal(self) -> type[Principal]: ...

    def recognizes(self, token: str) -> bool:
        """Return whether a bearer token has the form of this kind. Costs no statement."""
        ...

    async def find_principal(self, *, session: AutocommitSession, token: str) -> Principal | None:
        """Return who the token belongs to, by one statement. None if it is not valid or its user is inactive."""
        ...

    async def note_use(self, *, session: AutocommitSession, principal: Any) -> None:
        """Store that the token is in use, and seldom: this runs in each of its requests. Raises nothing."""
        ...

    async def get_access(self, *, session: AutocommitSession, principal: Any) -> Row | None:
        """Return the user's current `is_superuser`, or None if the token is no longer valid."""
        ...

    async def lock_access(self, *, session: AsyncSession, principal: Any) -> bool | None:
        """Return the same in a transaction. The token then stays valid until its end. The user is locked."""
        ...


_registered: list[PrincipalKind] = []


def register(kind: PrincipalKind) -> None:
    _registered.append(kind)


def kind_of_token(token: str) -> PrincipalKind | None:
    return next((kind for kind in _registered if kind.recognizes(token)), None)


def kind_of(principal: Principal) -> PrincipalKind | None:
    """Return the kind of a principal. None for one of a session, or of an unknown kind."""
    return next((kind for kind in _registered if isinstance(principal, kind.principal)), None)
