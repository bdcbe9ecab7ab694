import pytest

from scripts.tests.sdk.sdk_project import project, stack

__all__ = ["project", "stack"]


@pytest.fixture(scope="session", autouse=True)
def event_loop_of_the_session() -> None:
    """Replace the application's fixture of this name: these tests use neither asyncio nor the application."""
