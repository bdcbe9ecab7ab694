"""Finds what the features offer. Nothing lists the features: a folder is one, and deleting it removes it."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

APP_DIR = Path(__file__).resolve().parent.parent
_NOT_FEATURES = {"core", "alembic"}


def feature_names() -> list[str]:
    """Names of the feature folders, sorted."""
    return sorted(path.parent.name for path in APP_DIR.glob("*/__init__.py") if path.parent.name not in _NOT_FEATURES)


def modules(name: str) -> Iterator[ModuleType]:
    """Imports `app.<feature>.<name>` of each feature that has one.

    A module that is there but cannot be imported raises: only absence is fine.
    """
    for feature in feature_names():
        path = f"app.{feature}.{name}"
        if find_spec(path) is not None:
            yield import_module(path)
