from pathlib import Path

import pytest

from scripts.template.projects import copy_of_the_template, run


@pytest.fixture(scope="session", autouse=True)
def event_loop_of_the_session() -> None:
    """Instead of the application's fixture of this name: nothing here is asynchronous or asks the application."""


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as a template of its own, in one commit with the tag v0.1.0. To be read only."""
    return copy_of_the_template(tmp_path_factory.mktemp("original") / "template")


@pytest.fixture
def template(original: Path, tmp_path: Path) -> Path:
    """A clone of it that the test may change."""
    run("git", "clone", "--quiet", original, tmp_path / "template", cwd=tmp_path)
    return tmp_path / "template"
