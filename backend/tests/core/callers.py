"""Code that runs as part of a signed-in user's request."""

import uuid
from dataclasses import dataclass

from app.core.request_context import RequestContext, current_request


@dataclass
class Someone:
    id: uuid.UUID
    is_superuser: bool = False
    kind: str = "session"


def act_as(user: uuid.UUID) -> None:
    """Let the rest of the current task be part of a request of the user."""
    current_request.set(RequestContext(client=None, caller=Someone(user)))
