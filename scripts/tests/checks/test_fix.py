import re
import subprocess
from pathlib import Path

import pytest

from scripts.checks.fix import fix_python, main, of_frontend, of_python
from scripts.local.layout import FRONTEND, ROOT
from scripts.tests.deploy.files import load_yaml

GENERATED = ("backend/uv.lock", "frontend/packages/sdk/src/gen/index.ts", "frontend/src/routeTree.gen.ts")


def test_python_is_corrected_and_formatted(tmp_path: Path) -> None:
    file = tmp_path / "example.py"
    file.write_text("import os\nx = {  'a':1 }\n")
    assert fix_python([file])
    assert file.read_text() == 'x = {"a": 1}\n'


def test_what_cannot_be_corrected_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text("print(unknown)\n")
    assert main([str(tmp_path / "example.py")]) == 1


def test_files_go_to_their_tools() -> None:
    files = [ROOT / name for name in ("backend/app/main.py", "scripts/fix", "README.md", ".github/dependabot.yml")]
    page, other = FRONTEND / "src" / "main.tsx", ROOT / "example.ts"
    assert of_python([*files, page, other]) == [ROOT / "backend/app/main.py"]
    assert of_frontend([*files, page, other]) == [page]
    assert main(["README.md"]) == 0


def test_pre_commit_runs_our_script_and_downloads_nothing() -> None:
    [repository] = load_yaml(".pre-commit-config.yaml")["repos"]
    [hook] = repository["hooks"]
    assert (repository["repo"], hook["language"]) == ("local", "system")
    assert (ROOT / hook["entry"]).stat().st_mode & 0o100


def test_generated_files_are_marked() -> None:
    command = ["git", "check-attr", "linguist-generated", *GENERATED]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r": set$", shown, re.M) == [": set"] * len(GENERATED)


@pytest.mark.parametrize("name", [".editorconfig", ".gitattributes", ".pre-commit-config.yaml", "scripts/fix"])
def test_projects_get_it(name: str) -> None:
    assert f"/{name}" not in (ROOT / "copier.yml").read_text(encoding="utf-8")
