"""A consumer's project with the packed SDK installed."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.checks.lint import clean_environment
from scripts.checks.suites import own_stack
from scripts.local.layout import FRONTEND
from scripts.local.node import find_node

SDK = FRONTEND / "packages" / "sdk"
MODULES = FRONTEND / "node_modules"


@dataclass
class Project:
    """A folder outside of the repository, with the package installed."""

    folder: Path
    env: dict[str, str]

    def run(self, *command: str | Path) -> str:
        result = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def compile(self, *options: str) -> None:
        compiler = MODULES / "typescript" / "bin" / "tsc"
        self.run("node", compiler, "--typeRoots", MODULES / "@types", *options)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with own_stack(tmp_path_factory.mktemp("stack") / "data") as facts:
        yield facts


@pytest.fixture(scope="session")
def project(stack: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    env = find_node().env(clean_environment())
    env |= {"API_URL": stack["dashboard"], "EMAIL": stack["superuser"]["email"]}
    env |= {"PASSWORD": stack["superuser"]["password"]}
    project = Project(folder, env)
    shutil.copytree(SDK / "test" / "consumer", folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    subprocess.run(
        ["npm", "pack", "--silent", f"--pack-destination={folder}"], cwd=SDK, env=env, check=True, capture_output=True
    )
    [package] = folder.glob("*.tgz")
    project.run("npm", "install", "--offline", package.name)
    return project
