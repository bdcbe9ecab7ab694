"""Further proofs that sign-in asks for after the password. Features bring them; this feature has none.

A feature registers its kinds in its own `challenges.py`, which is imported when the application starts:

    register(Totp())
"""

import uuid
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.statements import AutocommitSession


class ChallengeKind(Protocol):
    """One kind of proof, such as a code from an app."""

    name: str

    async def is_set_up(self, *, session: AutocommitSession, user_id: uuid.UUID) -> bool:
        """Return whether this user has to prove it, or can choose it among several kinds."""
        ...

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        """Return what the client needs to answer, in JSON. `token` is random and names this challenge."""
        ...

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        """Check an answer. The user is locked. What this writes is committed also if the answer is wrong."""
        ...


_registered: dict[str, ChallengeKind] = {}


def register(kind: ChallengeKind) -> None:
    _registered[kind.name] = kind


async def kinds_of(*, session: AutocommitSession, user_id: uuid.UUID) -> list[ChallengeKind]:
    """Return the kinds that the user has set up. Costs nothing if no feature brings one."""
    return [kind for kind in _registered.values() if await kind.is_set_up(session=session, user_id=user_id)]


def find_kind(name: str) -> ChallengeKind | None:
    return _registered.get(name)
