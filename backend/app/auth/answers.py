"""Use case: a challenge is started for a user who has proved their password or session, and answered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.challenge_models import ChallengeAnswer
from app.auth.challenges import ChallengeKind, find_kind
from app.auth.models import TokenPurpose
from app.core.database.session import transaction
from app.core.errors import Challenge, ChallengeExpired, FieldError, WrongAnswer
from app.core.limits.failures import begin_attempt, succeeded
from app.users import crud as users_crud
from app.users.models import User

LIFETIME = timedelta(minutes=5)
ANSWERS_PER_CHALLENGE = 5
FREE_ANSWERS = 10
"""Wrong answers of an account in all of its challenges, before each further one has to wait."""


@dataclass(frozen=True)
class Credentials:
    """What was verified, to compare with what is stored when it counts."""

    user_id: uuid.UUID
    email: str
    password_hash: str

    @classmethod
    def of(cls, user: User) -> "Credentials":
        return cls(user.id, user.email, user.hashed_password)


async def start_challenge(
    *,
    kinds: Sequence[ChallengeKind],
    user_id: uuid.UUID,
    purpose: TokenPurpose,
    verified: Credentials | None = None,
    session_id: uuid.UUID | None = None,
) -> Challenge | None:
    """Start a challenge. Return None if the user has changed since `verified`, or is inactive."""
    async with transaction() as session:
        user = await users_crud.find_user(session=session, user_id=user_id, for_update=True)
        if user is None or not user.is_active or verified not in (None, Credentials.of(user)):
            return None
        token = await crud.create_one_time_token(
            session=session,
            user_id=user_id,
            email=user.email,
            purpose=purpose,
            lifetime=LIFETIME,
            session_id=session_id,
        )
        started = {kind.name: await kind.start(session=session, user_id=user_id, token=token) for kind in kinds}
        return Challenge(token=token, kinds=started)


async def complete_challenge(
    session: AsyncSession, answer: ChallengeAnswer, purpose: TokenPurpose, session_id: uuid.UUID | None = None
) -> User:
    """Return the user, locked, whose challenge this answers. It is then used up.

    Raises `ChallengeExpired`, `WrongAnswer`, and `TooManyRequests` after too many wrong answers of the account.
    """
    found = await crud.find_one_time_token(session=session, token=answer.token, purpose=purpose, session_id=session_id)
    kind = find_kind(answer.kind)
    if found is None or kind is None:
        raise ChallengeExpired
    user_id, email = found
    await session.rollback()  # no connection is held while the attempt is counted
    attempts = (f"answers:{user_id}", FREE_ANSWERS)
    await begin_attempt(attempts)
    user = await users_crud.find_user(session=session, user_id=user_id, for_update=True)
    # Again, under the lock: of concurrent answers, each counts.
    found = await crud.find_one_time_token(session=session, token=answer.token, purpose=purpose, session_id=session_id)
    if found is None or user is None or not user.is_active or user.email != email:
        raise ChallengeExpired
    if not await kind.is_right(session=session, user_id=user_id, token=answer.token, answer=answer.answer):
        await crud.count_wrong_answer(
            session=session, token=answer.token, purpose=purpose, allowed=ANSWERS_PER_CHALLENGE
        )
        message = "This is not correct. Try again."
        raise WrongAnswer(message, errors=[FieldError(code="incorrect", message=message, field="answer")])
    if not await crud.use_one_time_token(session=session, token=answer.token, purpose=purpose):
        raise ChallengeExpired
    await succeeded(attempts)
    return user
