"""Feature discovery. There is no list of features: each folder is one, and deleting the folder removes it."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

APP_DIR = Path(__file__).resolve().parent.parent
_NOT_FEATURES = {"core", "alembic"}


def feature_names() -> list[str]:
    """Return the names of the feature folders, sorted."""
    return sorted(path.parent.name for path in APP_DIR.glob("*/__init__.py") if path.parent.name not in _NOT_FEATURES)


def modules(name: str) -> Iterator[ModuleType]:
    """Import `app.<feature>.<name>` from each feature that has it.

    A missing module is skipped; one that exists but fails to import raises its error.
    """
    for feature in feature_names():
        path = f"app.{feature}.{name}"
        if find_spec(path) is not None:
            yield import_module(path)
