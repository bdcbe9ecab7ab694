"""Register the backend's test configuration, so that the scripts' tests also run alone."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if config.inipath is None:
        raise pytest.UsageError("No configuration. Run in backend/: pytest -c pyproject.toml ../scripts/tests")
    from tests import conftest

    if not config.pluginmanager.is_registered(conftest):
        config.pluginmanager.register(conftest, "tests.conftest")
