"""Further proofs that sign-in asks for after the password. Features bring them; this feature has none.

A feature registers its kinds in its own `challenges.py`, which is imported when the application starts:

    register(Codes())
"""

import sys
import uuid
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, and_, bindparam, false, not_, or_
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request

from app.auth.config import settings
from app.core.database.statements import AutocommitSession, Statement
from app.users import crud as users_crud
from app.users.models import User

NO_FACTOR = "none"
"""The value of the users list's filter `factor` for users without any."""


class ChallengeKind(Protocol):
    """One kind of proof, such as a code from an app."""

    @property
    def name(self) -> str: ...

    @property
    def is_factor(self) -> bool:
        """False for a substitute, such as a recovery code, which is not asked for on its own."""
        ...

    @property
    def is_set_up(self) -> ColumnElement[bool]:
        """A condition on `User`: whether this user can prove it. Statements of sign-in contain it."""
        ...

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        """Return what the client needs to answer, in JSON. `token` is random and names this challenge."""
        ...

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        """Check an answer. The user is locked. What this writes is committed also if the answer is wrong.

        `auth` limits the attempts.
        """
        ...


Exemption = Callable[[AutocommitSession, Request, uuid.UUID], Awaitable[bool]]
"""Whether a browser's request proves by itself that the user has passed a challenge there, and still counts."""

_registered: dict[str, ChallengeKind] = {}
_exemptions: list[Exemption] = []


def register(kind: ChallengeKind) -> None:
    _registered[kind.name] = kind
    users_crud.add_filter("factor", _filter())


def register_exemption(exemption: Exemption) -> None:
    _exemptions.append(exemption)


def refuse_impossible_requirement() -> None:
    """Refuse to start if the settings require a second factor that no feature brings: nobody could sign in."""
    if settings.REQUIRE_MFA_FOR != "nobody" and not any(kind.is_factor for kind in _registered.values()):
        sys.exit("REQUIRE_MFA_FOR needs a feature that brings second factors. Set it to nobody, or add such a feature.")


def find_kind(name: str) -> ChallengeKind | None:
    return _registered.get(name)


async def kinds_of(*, session: AutocommitSession, user_id: uuid.UUID) -> list[ChallengeKind]:
    """Return the kinds that the user can prove, none if there is no factor. One statement, or none without features."""
    if not _registered:
        return []
    row: dict[str, bool] = await session.first(_set_up(tuple(_registered)), user_id=user_id) or {}
    kinds = [kind for name, kind in _registered.items() if row.get(name)]
    return kinds if any(kind.is_factor for kind in kinds) else []


async def is_exempt(*, session: AutocommitSession, request: Request, user_id: uuid.UUID) -> bool:
    """Return whether the browser has passed a challenge of this user before, and is trusted since."""
    for exemption in _exemptions:
        if await exemption(session, request, user_id):
            return True
    return False


def has_factor() -> ColumnElement[bool]:
    """Return the condition on `User` that they have set up a factor."""
    return or_(false(), *(kind.is_set_up for kind in _registered.values() if kind.is_factor))


def _filter() -> ColumnElement[bool]:
    """Return the condition of the users list's filter `factor`. An unknown value matches no user."""
    value = bindparam("factor", type_=String)
    each = [and_(value == kind.name, kind.is_set_up) for kind in _registered.values() if kind.is_factor]
    return or_(and_(value == NO_FACTOR, not_(has_factor())), *each)


@cache
def _set_up(names: tuple[str, ...]) -> Statement[Any]:
    conditions = (_registered[name].is_set_up.label(name) for name in names)
    return Statement(select(*conditions).where(User.id == bindparam("user_id")))


users_crud.add_filter("factor", _filter())
