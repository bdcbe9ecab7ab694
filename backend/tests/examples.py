"""What the tests that cover all features need to know of each one, from `tests/<feature>/examples.py`:

`ROWS`: how a user creates a row for a path with an id: `{"/api/v1/notes/{id}": (collection, body)}`;
    if rows must be unique, a function that returns a body
`PUBLIC`: names of operations that need no session
`SUPERUSERS`: names of operations that need a superuser
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from app.core.features import feature_names


def _modules() -> list[ModuleType]:
    names = [f"tests.{feature}" for feature in feature_names() if find_spec(f"tests.{feature}") is not None]
    return [import_module(f"{name}.examples") for name in names if find_spec(f"{name}.examples") is not None]


def operations(kind: str) -> set[str]:
    """Return the `PUBLIC` or `SUPERUSERS` of all features."""
    return {name for module in _modules() for name in getattr(module, kind, ())}


def row_of(path: str) -> tuple[str, dict[str, Any]] | None:
    """Return where to create a row for this path, and its body. None if no feature declares it."""
    for module in _modules():
        for prefix, declared in getattr(module, "ROWS", {}).items():
            if path == prefix or path.startswith(f"{prefix}/"):
                return declared[0], _body(declared[1])
    return None


def _body(declared: dict[str, Any] | Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return declared() if callable(declared) else dict(declared)


def collections() -> list[tuple[str, dict[str, Any]]]:
    """Return each path where a row can be created, and its body."""
    return [(path, _body(body)) for module in _modules() for path, body in getattr(module, "ROWS", {}).values()]
