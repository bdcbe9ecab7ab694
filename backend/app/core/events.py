"""How a lower feature tells higher ones what happened, without importing them.

An event is a dataclass in the `events.py` of the feature that announces it. `listeners.py` of
another feature reacts, in the same transaction, so that both happen or neither does.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

EventT = TypeVar("EventT")
Listener = Callable[[AsyncSession, EventT], Awaitable[None]]

_listeners: dict[type, list[Listener[Any]]] = defaultdict(list)


def listens_to(event: type[EventT]) -> Callable[[Listener[EventT]], Listener[EventT]]:
    """Registers the decorated function for an event type."""

    def register(listener: Listener[EventT]) -> Listener[EventT]:
        _listeners[event].append(listener)
        return listener

    return register


async def announce(session: AsyncSession, event: object) -> None:
    """Calls the listeners one after the other; an error in one undoes the whole transaction."""
    for listener in _listeners[type(event)]:
        await listener(session, event)
