"""Events of sign-in. Their listeners run in the same transaction."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class AllAccessEnded:
    """The sessions and links of a user, or of all users, were ended because somebody else could use them.

    Nothing else may give access either. `user_id` is None for all users, for example after a restore.
    """

    user_id: uuid.UUID | None = None


@dataclass(frozen=True)
class FactorsChanged:
    """A second factor of a user was added, replaced or removed. Nothing that it allowed before counts any more."""

    user_id: uuid.UUID


@dataclass(frozen=True)
class FactorsReset:
    """An operator removes all second factors of a user, who has lost them. Each feature deletes its own."""

    user_id: uuid.UUID


@dataclass(frozen=True)
class RefreshTokenReused:
    """A refresh token came back after another one had replaced it, so one of the two callers has stolen it.

    The session has ended.
    """

    user_id: uuid.UUID
    session_id: uuid.UUID
