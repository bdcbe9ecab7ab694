"""Events of the users feature. Their listeners run in the same transaction."""

import uuid
from dataclasses import dataclass
from typing import Literal

ChangedBy = Literal["user", "recovery", "undo", "superuser"]
"""Who or what changed a credential: the user, a link to reset the password or to undo a change, or a superuser."""


@dataclass(frozen=True)
class UserCreated:
    user_id: uuid.UUID
    email: str
    full_name: str | None
    by_superuser: bool


@dataclass(frozen=True)
class EmailChanged:
    """`old_email` is the address before the change."""

    user_id: uuid.UUID
    old_email: str
    by: ChangedBy


@dataclass(frozen=True)
class PasswordChanged:
    user_id: uuid.UUID
    email: str
    by: ChangedBy


@dataclass(frozen=True)
class CredentialsChanged:
    """The password or address changed, or the account was deactivated: all sessions except the kept one must end."""

    user_id: uuid.UUID
    kept_session_id: uuid.UUID | None = None
