"""Events, by which a lower feature notifies higher ones without importing them.

An event is a dataclass in the `events.py` of the feature that emits it. Another feature's `listeners.py`
handles it in the same transaction, so either both take effect or neither does.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

EventT = TypeVar("EventT")
Listener = Callable[[AsyncSession, EventT], Awaitable[None]]

_listeners: dict[type, list[Listener[Any]]] = defaultdict(list)


def listens_to(event: type[EventT]) -> Callable[[Listener[EventT]], Listener[EventT]]:
    """Register the decorated function as a listener for an event type."""

    def register(listener: Listener[EventT]) -> Listener[EventT]:
        _listeners[event].append(listener)
        return listener

    return register


async def emit(session: AsyncSession, event: object) -> None:
    """Call the event's listeners in turn. An error in one of them rolls back the whole transaction."""
    for listener in _listeners[type(event)]:
        await listener(session, event)
