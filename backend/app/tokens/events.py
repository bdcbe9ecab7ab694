"""Events of API tokens. Their listeners run in the same transaction."""

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ApiTokenCreated:
    token_id: uuid.UUID
    user_id: uuid.UUID
    hint: str
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True)
class ApiTokenRevoked:
    token_id: uuid.UUID
    user_id: uuid.UUID
