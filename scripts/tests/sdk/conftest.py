import pytest

from scripts.tests.sdk.sdk_project import project, stack

__all__ = ["project", "stack"]


@pytest.fixture(scope="session", autouse=True)
def event_loop_of_the_session() -> None:
    """Instead of the application's fixture of this name: nothing here is asynchronous or asks the application."""
