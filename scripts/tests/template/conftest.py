import re
import shutil
from pathlib import Path

import pytest

from scripts.template.projects import commit, copy_of_the_template, make_project, run
from scripts.template.throwaway import add_feature

ANSWERS = ".copier-answers.yml"


@pytest.fixture(scope="session", autouse=True)
def event_loop_of_the_session() -> None:
    """Replace the application's fixture of this name: these tests use neither asyncio nor the application."""


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository as a template, in one commit with the tag v0.1.0. Do not change it."""
    return copy_of_the_template(tmp_path_factory.mktemp("original") / "template")


@pytest.fixture(scope="session")
def default_project(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the original, with the default answers. Do not change it."""
    return make_project(original, tmp_path_factory.mktemp("default") / "project", {})


@pytest.fixture(scope="session")
def original_with_gadgets(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original plus, as v0.2.0, a feature `gadgets` with the last migration. Do not change it."""
    template = clone(original, tmp_path_factory.mktemp("gadgets") / "template")
    add_feature(template, "gadgets", 900)
    commit(template, "One more feature", tag="v0.2.0")
    return template


@pytest.fixture(scope="session")
def project_with_gadgets(original_with_gadgets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the template with `gadgets`. Do not change it."""
    return make_project(original_with_gadgets, tmp_path_factory.mktemp("gadgets") / "project", {})


@pytest.fixture
def template(original: Path, tmp_path: Path) -> Path:
    """A clone of the original that the test can change."""
    return clone(original, tmp_path / "template")


def clone(template: Path, target: Path) -> Path:
    run("git", "clone", "--quiet", template, target, cwd=template.parent)
    return target


def copy_of_project(project: Path, target: Path, *, template: Path) -> Path:
    """Make the project look as if it was created from `template`, a clone of its own template."""
    shutil.copytree(project, target)
    answers = target / ANSWERS
    text = re.sub(r"(?m)^_src_path: .*$", f"_src_path: {template}", answers.read_text(encoding="utf-8"))
    answers.write_text(text, encoding="utf-8")
    commit(target, "Another place of the template")
    return target
