"""Copier's questions, and the projects that the answers create."""

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from dotenv import dotenv_values
from jinja2.sandbox import SandboxedEnvironment

from scripts.features.files import PATTERNS
from scripts.local.layout import ROOT
from scripts.local.repository import tracked
from scripts.template.projects import TemplateError, commit, copier, make_project, plain_copier


def test_answers_are_in_the_project(original: Path, tmp_path: Path) -> None:
    values: dict[str, str | bool] = {
        "project_name": "Quiet Harbour 2",
        "superuser_email": "ada@harbour.example.org",
        "domain": "harbour.example.org",
        "metrics": True,  # off by default; its settings are in .env
    }
    project = make_project(original, tmp_path / "project", values)
    settings = (project / ".env").read_text().splitlines()
    assert "PROJECT_NAME=Quiet Harbour 2" in settings
    assert "STACK_NAME=quiet-harbour-2" in settings
    assert "FIRST_SUPERUSER=ada@harbour.example.org" in settings
    assert "EMAILS_FROM_EMAIL=noreply@harbour.example.org" in settings
    assert len(settings) == len((ROOT / ".env").read_text().splitlines())
    readme = (project / "README.md").read_text()
    assert readme.startswith("# Quiet Harbour 2\n")
    assert "Superuser   ada@harbour.example.org\n" in readme
    assert "Groundwork" not in (project / "CHANGELOG.md").read_text()
    assert "_commit: v0.1.0" in (project / ".copier-answers.yml").read_text()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project_name", ""),
        ("project_name", "-x"),
        ("project_name", "a$b"),
        ("project_name", 'a"b'),
        ("project_name", "a#b"),
        ("project_name", "a\\b"),
        ("project_name", "a`b"),
        ("project_name", "'a"),
        ("project_name", "a\nb"),
        ("project_name", "x" * 50),
        ("project_name", "a "),
        ("superuser_email", "nobody"),
        ("superuser_email", "a b@example.com"),
        ("superuser_email", "a@example"),
        ("superuser_email", "a..b@example.com"),
        ("superuser_email", "a@example.test"),
        ("domain", "https://example.com"),
        ("domain", "example.com/path"),
        ("domain", "Example.com"),
        ("domain", "localhost"),
        ("domain", "example.local"),
    ],
)
def test_wrong_answer_is_refused_with_what_to_write(original: Path, tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(TemplateError, match="Use "):
        make_project(original, tmp_path / "project", {name: value})
    assert not (tmp_path / "project" / "README.md").exists()


def test_relative_path_of_the_template_is_refused(original: Path, tmp_path: Path) -> None:
    """The first update would search for it in another folder."""
    with pytest.raises(TemplateError, match="Use an absolute path or a URL"):
        copier("copy", "--defaults", original.name, tmp_path / "project", cwd=original.parent)
    assert not (tmp_path / "project" / "README.md").exists()


@pytest.mark.parametrize(
    ("licence", "words"), [("mit", "Permission is hereby granted"), ("proprietary", "All rights reserved")]
)
def test_licence_names_the_project(original: Path, tmp_path: Path, licence: str, words: str) -> None:
    project = make_project(original, tmp_path / "project", {"licence": licence, "project_name": "Quiet Harbour"})
    text = (project / "LICENSE").read_text()
    assert re.search(r"Copyright \(c\) 20\d\d Quiet Harbour", text)
    assert words in text
    assert "Groundwork" not in text
    # The template's own licence requires this of copies.
    assert (ROOT / "LICENSE").read_text().strip() in (project / "docs" / "template-licence.md").read_text()


def test_project_without_a_licence_has_no_such_file(original: Path, tmp_path: Path) -> None:
    project = make_project(original, tmp_path / "project", {"licence": "none"})
    assert not (project / "LICENSE").exists()
    assert (project / "docs" / "template-licence.md").exists()


def test_messages_tell_what_to_do_next(original: Path, tmp_path: Path) -> None:
    target = tmp_path / "Quiet Harbour"
    shown = copier("copy", "--defaults", original, target, cwd=tmp_path)
    assert f"cd '{target}'\n" in shown
    commit(target, "Start from the template")
    assert '"both modified"' in copier("update", "--defaults", cwd=target)


def test_backend_tests_need_no_generated_files(original: Path, tmp_path: Path) -> None:
    """`./scripts/test backend` can be the first command in a project, and generates nothing."""
    project = make_project(original, tmp_path / "project", {})
    assert not (project / "frontend/src/routeTree.gen.ts").exists()
    tests = [name for name in tracked(project) if re.match(r"(backend|scripts)/tests/.*\.py", name)]
    assert len(tests) > 50
    words = ("routeTree.gen", "sdk/openapi.json", "src/gen")
    assert [name for name in tests if any(word in (project / name).read_text() for word in words)] == []


PLAIN = {"My App": "my-app", "Ete 26": "ete-26", "Quiet Harbour 2": "quiet-harbour-2", "acme.crm": "acme-crm"}
UNUSUAL = ("項目", "项目", "会计", "Тихая гавань", "Été 26", "1", "2", "Æ", "Zürich Ledger & Co", "O'Brien", "L’Été")


def stack_name(project_name: str) -> str:
    """Render the hidden question as copier does."""
    environment = SandboxedEnvironment(extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"])
    default = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))["stack_name"]["default"]
    return environment.from_string(default).render(project_name=project_name)


def test_every_name_has_a_stack_of_its_own() -> None:
    """Two projects on one server would share the volumes of Docker otherwise."""
    stacks = {name: stack_name(name) for name in (*PLAIN, *UNUSUAL)}
    assert {name: stacks[name] for name in PLAIN} == PLAIN
    assert len(set(stacks.values())) == len(stacks)
    assert [stack for stack in stacks.values() if not re.fullmatch("[a-z0-9][a-z0-9-]*[a-z0-9]", stack)] == []
    for name, begin in {
        "Zürich Ledger & Co": "zurich-ledger-co-",
        "Été 26": "ete-26-",
        "項目": "app-",
        "1": "1-",
    }.items():
        assert stacks[name].startswith(begin)


def test_unusual_name_is_quoted_right(original: Path, tmp_path: Path) -> None:
    name = "O'Brien, Müller & 項目 Co."
    project = make_project(original, tmp_path / "project", {"project_name": name, "licence": "mit"})
    values = dotenv_values(project / ".env")
    assert (values["PROJECT_NAME"], values["STACK_NAME"]) == (name, stack_name(name))
    assert (project / "README.md").read_text().startswith(f"# {name}\n")
    assert f" {name}\n" in (project / "LICENSE").read_text()
    assert yaml.safe_load((project / ".copier-answers.yml").read_text())["project_name"] == name


def test_project_needs_no_trust_and_holds_no_secret(original: Path, default_project: Path) -> None:
    text = (original / "copier.yml").read_text()
    assert not [word for word in ("_tasks", "_migrations", "_jinja_extensions") if word in text]
    secrets = [
        line for line in (default_project / ".env").read_text().splitlines() if "SECRET" in line or "PASSWORD=" in line
    ]
    assert secrets
    assert [line for line in secrets if not line.startswith("#") and not line.endswith("=")] == []


def test_copier_and_scripts_agree_on_feature_files() -> None:
    text = (ROOT / "copier.yml").read_text()
    block = text.partition("if answer is false %}\n")[2].partition("{% endfor %}")[0]
    listed = [line.strip().replace("{{ feature }}", "{feature}") for line in block.splitlines() if line.strip()]
    assert tuple(listed) == PATTERNS


def test_defaults_ask_no_question(original: Path, default_project: Path, tmp_path: Path) -> None:
    """`--defaults` asks nothing, for any folder name. The faster copier of the other tests writes the same files."""
    target = tmp_path / "Some Folder"
    plain_copier("copy", "--quiet", "--defaults", original, target, cwd=tmp_path)
    assert (target / "scripts" / "start").stat().st_mode & 0o111
    commit(target, "Start from the template")
    assert (names := tracked(target)) == tracked(default_project)
    assert [name for name in names if facts(target / name) != facts(default_project / name)] == []


def facts(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mode
