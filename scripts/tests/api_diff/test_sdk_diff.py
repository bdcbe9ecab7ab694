"""`./scripts/sdk-diff` in a temporary repository."""

import json
import subprocess
from pathlib import Path

import pytest

from scripts.api_diff.__main__ import CHANGELOG, DOCUMENT, declared_subjects, main
from scripts.tests.api_diff.small_api import DOCUMENT as API
from scripts.tests.api_diff.small_api import Document, edited

UNRELEASED = "# Changelog\n\n## Unreleased\n\n"
DECLARED = "### Breaking\n\n- `createNote`: nobody used it.\n\n"


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def write(root: Path, document: Document, changelog: str = UNRELEASED) -> None:
    (root / DOCUMENT).parent.mkdir(parents=True, exist_ok=True)
    (root / DOCUMENT).write_text(json.dumps(document))
    (root / CHANGELOG).write_text(changelog)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, API)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=First")
    return tmp_path


@pytest.fixture
def released(root: Path) -> Path:
    git(root, "tag", "v0.1.0")
    return root


def without_create(document: Document) -> None:
    del document["paths"]["/notes/"]["post"]
    del document["components"]["schemas"]["NoteCreate"]


def with_a_type(document: Document) -> None:
    document["components"]["schemas"]["Other"] = {}


def test_nothing_breaks_before_the_first_release(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, edited(without_create))
    assert main([], root) == 0
    assert "There is no release (no tag v*) yet" in capsys.readouterr().out


def test_nothing_to_compare_outside_of_a_repository(tmp_path: Path) -> None:
    write(tmp_path, API)
    assert main([], tmp_path) == 0


def test_no_changes_are_reported_as_such(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], released) == 0
    assert "compared with v0.1.0" in (shown := capsys.readouterr().out)
    assert "No changes." in shown


def test_addition_passes_and_is_listed(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(released, edited(with_a_type))
    assert main([], released) == 0
    shown = capsys.readouterr().out
    assert "  additive  Other  the type was added\n" in shown
    assert "0 breaking, 1 additive, 0 neutral" in shown


def test_undeclared_break_fails_and_explains_declaring(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(released, edited(without_create))
    assert main([], released) == 1
    shown = capsys.readouterr().out
    assert "  breaking  createNote  POST /notes/ was removed\n" in shown
    assert "2 breaking not declared" in shown
    assert "- `NoteCreate`: why" in shown


def test_declared_breaks_pass(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(released, edited(without_create), UNRELEASED + DECLARED + "- `NoteCreate`: not needed\n  any more.\n")
    assert main([], released) == 0
    assert "POST /notes/ was removed  (declared)\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changelog",
    [
        UNRELEASED + DECLARED,  # one of two
        UNRELEASED + "## 0.1.0\n\n" + DECLARED + "- `NoteCreate`: gone.\n",  # declared for the previous release
        UNRELEASED + "### Changed\n\n- `createNote` and `NoteCreate` are gone.\n",
        UNRELEASED + DECLARED + "### Removed\n\n- `NoteCreate`: gone.\n",
    ],
)
def test_break_declared_elsewhere_does_not_count(changelog: str, released: Path) -> None:
    write(released, edited(without_create), changelog)
    assert main([], released) == 1


def test_declaration_counts_until_the_release_is_tagged(released: Path) -> None:
    changelog = f"{UNRELEASED}## [0.2.0] - 2027-01-01\n\n{DECLARED}- `NoteCreate`: gone.\n\n## [0.1.0] - 2026-12-01\n"
    write(released, edited(without_create), changelog)
    assert main([], released) == 0


def test_version_prefix_is_not_confused() -> None:
    changelog = f"## 0.1.10\n{DECLARED}## 0.1.1\n"
    assert declared_subjects(changelog, "v0.1.1") == {"createNote"}


def test_commit_can_be_compared(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(released, edited(without_create))
    git(released, "commit", "--quiet", "--all", "--message=Second")
    assert main(["HEAD"], released) == 0
    assert main(["HEAD~1"], released) == 1
    assert main(["nonsense"], released) == 2
    assert "nonsense is not a commit with a frontend/packages/sdk/openapi.json" in capsys.readouterr().out


def test_only_release_tags_count(released: Path) -> None:
    write(released, edited(without_create))
    git(released, "commit", "--quiet", "--all", "--message=Second")
    git(released, "tag", "deployed")
    assert main([], released) == 1
    git(released, "tag", "v0.2.0")
    assert main([], released) == 0
