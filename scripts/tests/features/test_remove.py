"""`./scripts/remove-feature` on a small tree that represents a project."""

import subprocess
from pathlib import Path

import pytest

from scripts.features.files import (
    belongs,
    needs,
    optional_features,
    without_entries,
    without_items,
    without_links,
    without_settings,
)
from scripts.features.remove import main

FILES = {
    "backend/app/users/__init__.py": "",
    "backend/app/pears/__init__.py": "",
    "backend/app/pears/models.py": "import httpx2\nfrom app.users import models\n",
    "backend/app/pears/emails/hello.mjml": "Hello",
    "backend/app/plums/__init__.py": "",
    "backend/app/plums/crud.py": "import json\nimport pyotp.totp\nimport httpx2\nfrom app.pears.models import Pear\n",
    "backend/app/alembic/versions/0001_users.py": 'op.create_table("users")',
    "backend/app/alembic/versions/0002_pears.py": 'op.create_table(\n        "pears",',
    "backend/app/alembic/versions/0003_plums.py": 'op.create_table("plums")\nop.create_table("stones")',
    "backend/app/alembic/versions/0004_users_age.py": "",
    "backend/app/alembic/versions/0005_plums_size.py": "",
    "backend/tests/pears/test_routes.py": "",
    "backend/tests/plums/test_routes.py": "",
    "backend/tests/live/test_plums.py": "",
    "scripts/local/sample_data/plums.py": "",
    "scripts/tests/docs/test_plums_field.py": "",
    "frontend/src/features/home/feature.ts": "",
    "frontend/src/features/plums/feature.ts": 'import { a } from "@/lib/a";\nimport b from "@scope/qr/b";\n',
    "frontend/src/lib/a.ts": 'import { d } from "react";\n',
    "frontend/e2e/journeys/plums.spec.ts": "",
    "docs/plums.md": "",
    "backend/pyproject.toml": '    "(plums)",\n    """\n      system\n    | (pears)\n    | (plums)\n    """,\n',
    "README.md": "Here are plums and plumsy things.",
    ".env": "A=1\n\n# --- Plums ----\n# How many.\nPLUMS_LIMIT=1\nPLUMSY=2\n",
    ".copier-answers.yml": "pears: true\nplums: true\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def files(project: Path) -> set[str]:
    found = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith(".git/")}


def test_folders_outside_the_base_are_features(project: Path) -> None:
    assert optional_features(project) == ["pears", "plums"]
    assert (needs("plums", project), needs("pears", project)) == ({"pears"}, set())


def test_tests_named_after_another_feature_need_nothing(project: Path) -> None:
    (project / "backend/tests/pears/test_plums.py").write_text("from app.plums import crud\n")
    assert needs("pears", project) == set()
    (project / "backend/tests/pears/test_routes.py").write_text("from app.plums import crud\n")
    assert needs("pears", project) == {"plums"}


def test_list_shows_dependencies(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"], project) == 0
    assert capsys.readouterr().out.split() == ["pears", "needed", "by", "plums", "plums", "needs", "pears"]


def test_feature_needed_by_others_is_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pears"], project) == 1
    assert "pears is needed by plums. Remove that first." in capsys.readouterr().err
    assert files(project) == set(FILES)


@pytest.mark.parametrize("name", ["users", "core", "cherries", ".."])
def test_only_optional_features_can_be_removed(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main([name], project) == 1
    assert "The optional features are: pears, plums." in capsys.readouterr().err
    assert files(project) == set(FILES)


def test_name_of_a_file_of_another_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("jobs", "pears"):
        (project / "backend" / "app" / folder).mkdir(exist_ok=True)
        (project / "backend" / "app" / folder / "jobs.py").touch()
    assert main(["jobs"], project) == 1
    refusal = "A feature cannot be called jobs: backend/app/pears/jobs.py already has that name. Call it vacancies"
    assert refusal in capsys.readouterr().err
    assert (project / "backend/app/pears/jobs.py").exists()


def test_dry_run_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plums", "--dry-run"], project) == 0
    shown = capsys.readouterr().out
    assert "  remove  frontend/e2e/journeys/plums.spec.ts\n" in shown
    assert "  write   backend/app/alembic/versions/0007_drop_plums.py\n" in shown
    assert files(project) == set(FILES)


def test_only_the_feature_is_removed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plums"], project) == 0
    versions = "backend/app/alembic/versions/"
    written = {f"{versions}0006_without_plums.py", f"{versions}0007_drop_plums.py"}
    assert files(project) == {name for name in FILES if not belongs(name, "plums")} | written
    assert not (project / "backend" / "app" / "plums").exists()
    assert (project / "backend/pyproject.toml").read_text() == '    """\n      system\n    | (pears)\n    """,\n'
    assert (project / ".env").read_text() == "A=1\nPLUMSY=2\n"
    assert (project / ".copier-answers.yml").read_text() == "pears: true\nplums: false\n"
    assert (
        "These files still mention plums; check whether they mean the feature:\n  README.md" in capsys.readouterr().out
    )


def test_packages_only_it_imports_are_listed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plums"], project) == 0
    assert "Only plums imported @scope/qr, pyotp. Remove those that nothing else needs" in capsys.readouterr().out


def test_both_migrations_set_a_lock_timeout(project: Path) -> None:
    main(["plums"], project)
    for name in ("0006_without_plums", "0007_drop_plums"):
        source = (project / f"backend/app/alembic/versions/{name}.py").read_text()
        assert source.count("    set_lock_timeout()\n") == 2


def test_tables_are_dropped_in_reverse_order(project: Path) -> None:
    main(["plums"], project)
    source = (project / "backend/app/alembic/versions/0007_drop_plums.py").read_text()
    compile(source, "0007_drop_plums.py", "exec")
    dropped = [line.strip() for line in source.splitlines() if "DROP TABLE" in line]
    assert dropped == [f'op.execute("DROP TABLE IF EXISTS {name}")' for name in ("stones", "plums")]


def test_functions_are_dropped_before_tables(project: Path) -> None:
    """Their triggers can belong to tables that stay, where they would fail without the feature's own tables."""
    migration = project / "backend/app/alembic/versions/0003_plums.py"
    migration.write_text(migration.read_text() + '\nCREATE = """\nCREATE FUNCTION count_plums() RETURNS trigger\n"""\n')
    main(["plums"], project)
    source = (project / "backend/app/alembic/versions/0007_drop_plums.py").read_text()
    dropped = [line.strip() for line in source.splitlines() if "DROP" in line]
    assert dropped[0] == 'op.execute("DROP FUNCTION IF EXISTS count_plums CASCADE")'
    assert all("TABLE" in each for each in dropped[1:])


def test_returning_feature_gets_its_tables_again(project: Path) -> None:
    main(["plums"], project)
    source = (project / "backend/app/alembic/versions/0007_drop_plums.py").read_text()
    forgotten = source.partition("forget(\n")[2].partition(")")[0]
    assert forgotten.split() == ['"0003_plums",', '"0005_plums_size",']


def test_never_deployed_project_gets_no_migration(project: Path) -> None:
    assert main(["plums", "--never-deployed"], project) == 0
    assert [name for name in files(project) if "drop" in name or belongs(name, "plums")] == []


@pytest.mark.parametrize(
    ("path", "is_its_own"),
    [
        ("backend/app/plums/crud.py", True),
        ("backend/app/alembic/versions/0003_plums.py", True),
        ("backend/app/alembic/versions/0005_plums_size.py", True),
        ("backend/app/alembic/versions/0007_drop_plums.py", False),
        ("backend/tests/live/test_plums.py", True),
        ("frontend/e2e/pages/plums-palette.spec.ts", True),
        ("frontend/src/features/plumsy/feature.ts", False),
        ("frontend/src/lib/sugarplums.ts", False),
    ],
)
def test_file_belongs_to_the_feature_it_names(path: str, is_its_own: bool) -> None:
    assert belongs(path, "plums") is is_its_own


def test_entries_of_a_page_go_sentences_stay() -> None:
    rows = "| `backend/app/users` | users |\n| `backend/app/plums` | plums |\n"
    links = "[a.md](a.md) for a · [docs/plums.md](docs/plums.md) for plums ·\n[docs/b.md](docs/b.md)\n"
    expected = "| `backend/app/users` | users |\n[a.md](a.md) for a · [docs/b.md](docs/b.md)\nPlums, plums.\n"
    assert without_entries(f"{rows}{links}Plums, plums.\n", "plums") == expected


def test_links_to_removed_pages_go_with_paragraphs() -> None:
    top = "# A\n\n![b](b.md)\n\n[a](a.md) · [b](b.md) for b ·\n[c](c.md)\n\n"
    page = f"{top}## B\n\nRun this.\n\nSee [b](b.md).\n\n## C\n\nSee [c](c.md).\n"
    assert without_links(page, ["b.md"]) == "# A\n\n[a](a.md) · [c](c.md)\n\n## C\n\nSee [c](c.md).\n"
    assert without_links(f"{top}## B\n\nSee [b](b.md).\n", ["b.md"]) == "# A\n\n[a](a.md) · [c](c.md)\n"


def test_section_used_by_others_is_kept() -> None:
    text = "# --- Fruit ---\n# How many.\nPLUMS_LIMIT=1\n# All.\nALL=1\n"
    assert without_settings(text, "plums") == "# --- Fruit ---\n# All.\nALL=1\n"


def test_settings_can_start_with_the_singular() -> None:
    assert without_settings("PLUM_LIMIT=1\nPLUMB_LIMIT=2\n", "plums") == "PLUMB_LIMIT=2\n"


def test_rows_and_list_entries_go() -> None:
    rows = "| plums | [plums](docs/running/plums.md#a) |\n| [0007](0007-plums-in-jars.md) | Jars |\n"
    assert without_entries(f"{rows}| plums | [a](a.md) |\n", "plums") == "| plums | [a](a.md) |\n"
    items = "resources:\n  - pears.yaml\n  - plums.yaml\nimages:\n  - { name: app-plums }\n"
    assert without_items(items, "plums") == "resources:\n  - pears.yaml\nimages:\n"
