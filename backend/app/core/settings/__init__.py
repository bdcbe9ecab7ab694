"""The kernel's settings, and what a feature's `config.py` needs to define its own."""

from app.core.settings.base import BACKEND_DIR, REPOSITORY_DIR, EnvSettings, check_secret, load
from app.core.settings.kernel import Settings, settings
from app.core.settings.values import StorageUrl, split

__all__ = [
    "BACKEND_DIR",
    "REPOSITORY_DIR",
    "EnvSettings",
    "Settings",
    "StorageUrl",
    "check_secret",
    "load",
    "settings",
    "split",
]
