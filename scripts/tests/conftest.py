"""The database, the settings and the fixtures of the backend's tests, also when only tests of the scripts are run."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if config.inipath is None:
        raise pytest.UsageError("Name the configuration: pytest -c pyproject.toml ../scripts/tests, in backend/.")
    from tests import conftest

    if not config.pluginmanager.is_registered(conftest):
        config.pluginmanager.register(conftest, "tests.conftest")
