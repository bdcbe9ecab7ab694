"""What the tests that cover all features need to know of each one, from `tests/<feature>/examples.py`:

`ROWS`: how a user creates a row for a path with an id: `{"/api/v1/notes/{id}": (collection, body)}`;
    if rows must be unique, a function that returns a body
`LISTED`: how a list without a `POST` gets five rows: `{"/api/v1/notes/": an async function of the session}`
`PARAMETERS`: values of path parameters that are not `id`, `user_id` or `email`; `create_parameters(session)`: those of
    rows that exist; `create_parameters_of(session, user)`: those of rows that belong to this user
`CHANGES`: bodies that change a row of a user, by the name of the operation
`PUBLIC`: names of operations that need no session
`SUPERUSERS`: names of operations that need a superuser
`NEEDS_A_SECRET`: names of operations that refuse a well-formed request without the right secret or state, each with its
    status for a new user
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.features import feature_names
from app.users.models import User


def _modules() -> list[ModuleType]:
    names = [f"tests.{feature}" for feature in feature_names() if find_spec(f"tests.{feature}") is not None]
    return [import_module(f"{name}.examples") for name in names if find_spec(f"{name}.examples") is not None]


def operations(kind: str) -> set[str]:
    """Return the `PUBLIC` or `SUPERUSERS` of all features."""
    return {name for module in _modules() for name in getattr(module, kind, ())}


def refusals() -> dict[str, int]:
    """Return the `NEEDS_A_SECRET` of all features."""
    return {name: status for module in _modules() for name, status in getattr(module, "NEEDS_A_SECRET", {}).items()}


def row_of(path: str) -> tuple[str, dict[str, Any]] | None:
    """Return where to create a row for this path, and its body. None if no feature declares it."""
    for module in _modules():
        for prefix, declared in getattr(module, "ROWS", {}).items():
            if path == prefix or path.startswith(f"{prefix}/"):
                return declared[0], _body(declared[1])
    return None


def change_of(operation: str) -> dict[str, Any]:
    """Return a body that changes a row of a user. The default changes the user."""
    declared = [getattr(module, "CHANGES", {}).get(operation) for module in _modules()]
    return next(filter(None, declared), {"full_name": "Changed"})


def parameters() -> dict[str, str]:
    """Return the `PARAMETERS` of all features."""
    return {name: value for module in _modules() for name, value in getattr(module, "PARAMETERS", {}).items()}


async def existing_parameters(session: AsyncSession) -> dict[str, str]:
    """Return the `PARAMETERS` of all features, with the ids of rows that exist."""
    found = parameters()
    for module in _modules():
        if create := getattr(module, "create_parameters", None):
            found |= await create(session)
    return found


async def parameters_of(session: AsyncSession, user: User) -> dict[str, str]:
    """Return the `PARAMETERS` of all features, with the ids of rows of this user where a feature can create them."""
    found = parameters()
    for module in _modules():
        if create := getattr(module, "create_parameters_of", None):
            found |= await create(session, user)
    return found


async def fill(session: AsyncSession, path: str) -> None:
    """Create the rows of a list that has no `POST`."""
    for module in _modules():
        if create := getattr(module, "LISTED", {}).get(path):
            await create(session)


def _body(declared: dict[str, Any] | Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return declared() if callable(declared) else dict(declared)


def collections() -> list[tuple[str, dict[str, Any]]]:
    """Return each path where a row can be created, and its body."""
    return [(path, _body(body)) for module in _modules() for path, body in getattr(module, "ROWS", {}).values()]
