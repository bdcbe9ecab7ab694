"""Who sends the current request, for code that has no request at hand. Jobs and commands have no such context."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


class Caller(Protocol):
    """The signed-in user, such as `auth.Principal`."""

    id: uuid.UUID
    is_superuser: bool

    @property
    def kind(self) -> str:
        """How they proved who they are, such as `session`."""
        ...


@dataclass(slots=True)
class RequestContext:
    client: str | None
    """The client's network address, as the access log has it."""
    caller: Caller | None = None
    """None for visitors, and until the user is known."""


current_request: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)


def request_client() -> str | None:
    """Return the network address of the client that sent the request."""
    request = current_request.get()
    return request.client if request else None


def caller_id() -> uuid.UUID | None:
    """Return the id of the signed-in user who sent the request."""
    request = current_request.get()
    return request.caller.id if request and request.caller else None
