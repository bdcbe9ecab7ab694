"""A changed project takes over the template's updates."""

from pathlib import Path

import pytest

from scripts.features.files import belongs
from scripts.local.repository import tracked
from scripts.template.projects import commit, make_project, run, update
from scripts.template.throwaway import add_feature
from scripts.tests.template.conftest import copy_of_project

# Ten files that a team edits, with the edits.
EDITED = (
    "backend/app/users/models.py",
    "backend/app/users/crud.py",
    "backend/app/auth/service.py",
    "backend/app/core/logging.py",
    "backend/tests/users/test_list.py",
    "backend/pyproject.toml",
    "frontend/src/styles/app.css",
    "frontend/src/features/home/feature.ts",
    "docker-compose.yml",
    "development.md",
)
MOVED = ("backend/app/core/errors.py", "frontend/src/lib/format.ts", "deployment.md")
OWN_FEATURE = "orders"
# Both sides change this file in different places.
RULES = "backend/pyproject.toml"


def append(folder: Path, names: tuple[str, ...], text: str) -> None:
    for name in names:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(comment(name, text))


def comment(name: str, text: str) -> str:
    """Return a harmless line for the end of such a file."""
    if name.endswith((".py", ".toml", ".yml")):
        return f"# {text}\n"
    return f"/* {text} */\n" if name.endswith((".ts", ".css")) else f"{text}\n"


def state(project: Path, *, without: tuple[str, ...] = ()) -> dict[str, bytes]:
    return {name: (project / name).read_bytes() for name in tracked(project) if name not in without}


@pytest.fixture(scope="session")
def changed_project(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of v0.1.0 with ten edited files, its own feature and a new README. Do not change it."""
    folder = tmp_path_factory.mktemp("changed")
    project = make_project(original, folder / "project", {"project_name": "Quiet Harbour"})
    append(project, EDITED, "The project's own line.")
    for name, content in own_feature(folder / "scratch").items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(content)
    (project / "README.md").write_text("# Ours\n")
    commit(project, "Go our own way")
    return project


@pytest.fixture
def project(changed_project: Path, template: Path, tmp_path: Path) -> Path:
    return copy_of_project(changed_project, tmp_path / "project", template=template)


def own_feature(scratch: Path) -> dict[str, bytes]:
    for name in ("copier.yml", ".env", "backend/pyproject.toml"):
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).write_text("\n# --- Not asked\n")
    add_feature(scratch, OWN_FEATURE, 800)
    files = {path.relative_to(scratch).as_posix(): path.read_bytes() for path in scratch.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if belongs(name, OWN_FEATURE)}


def move_on(template: Path) -> None:
    """Write the changes of the template's next release."""
    append(template, MOVED, "What the template has learnt.")
    add_feature(template, "gadgets", 900)
    (template / "frontend/packages/sdk/openapi.json").write_text("{}")
    commit(template, "Move on", tag="v0.2.0")


def conflicts(project: Path) -> list[str]:
    marked = [name for name, content in state(project).items() if b"<<<<<<<" in content and not name.endswith(".py")]
    return marked + [name for name in tracked(project) if name.endswith((".rej", ".orig"))]


def test_update_keeps_the_changes_of_the_project(template: Path, project: Path) -> None:
    before = state(project)
    move_on(template)
    update(project)
    after = state(project)
    assert conflicts(project) == []
    assert run("git", "diff", "--name-only", "--diff-filter=U", cwd=project) == ""
    for name in MOVED:
        assert after[name].endswith(comment(name, "What the template has learnt.").encode()), name
    own = [name for name in before if belongs(name, OWN_FEATURE)]
    assert len(own) > 10
    for name in (*EDITED, *own, "README.md", "CHANGELOG.md"):
        assert after[name] == before[name] or name == RULES, name
    assert b"(gadgets)" in after[RULES]
    assert after[RULES].endswith(b"# The project's own line.\n")
    assert "backend/app/gadgets/routes.py" in after
    assert "frontend/packages/sdk/openapi.json" not in after
    assert "_commit: v0.2.0" in (project / ".copier-answers.yml").read_text()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {
        *MOVED,
        RULES,
        ".env",
        ".copier-answers.yml",
        *(name for name in after if belongs(name, "gadgets")),
    }


def test_both_sides_of_one_file_are_merged(template: Path, project: Path) -> None:
    name = EDITED[0]
    move_on(template)
    path = template / name
    path.write_text('"""What the template has learnt."""\n\n' + path.read_text())
    commit(template, "Change what the project has changed too", tag="v0.3.0")
    update(project)
    text = (project / name).read_text()
    assert "<<<<<<<" not in text
    assert text.startswith('"""What the template has learnt."""')
    assert text.endswith("# The project's own line.\n")


def test_feature_that_was_removed_does_not_come_back(template: Path, project: Path) -> None:
    update(project, {"items": False})
    assert [name for name in tracked(project) if belongs(name, "items")] == []
    commit(project, "Without items")
    append(template, ("backend/app/items/crud.py",), "What the template has learnt of items.")
    move_on(template)
    update(project)
    assert [name for name in tracked(project) if belongs(name, "items")] == []
    assert conflicts(project) == []
    assert "items: false" in (project / ".copier-answers.yml").read_text()


def test_feature_can_be_switched_on_again(template: Path, project: Path) -> None:
    before = state(project)
    update(project, {"items": False})
    commit(project, "Without items")
    update(project, {"items": True})
    assert state(project) == before


def test_removed_feature_does_not_come_back(template: Path, project: Path) -> None:
    from scripts.features.remove import remove

    remove("items", project, drop=True)
    commit(project, "Remove items")
    removed = state(project)
    move_on(template)
    update(project)
    assert [name for name in tracked(project) if belongs(name, "items")] == []
    drops = [name for name in removed if name.endswith("_drop_items.py")]
    assert len(drops) == 1
    assert (project / drops[0]).read_bytes() == removed[drops[0]]
