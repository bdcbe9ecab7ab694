"""Programs for a server need only Python."""

import subprocess
import sys

import pytest

from scripts.tests.deploy.files import ROOT, read

SERVER = ROOT / "scripts" / "server"
MODULES = sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SERVER.rglob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_without_packages(module: str) -> None:
    """`-S` hides all installed packages."""
    subprocess.run([sys.executable, "-S", "-c", f"import {module}"], cwd=ROOT, check=True, timeout=30)


def test_image_contains_no_scripts() -> None:
    assert "scripts" not in read("backend/.dockerignore")
    assert read("backend/.dockerignore").splitlines()[1] == "*"
