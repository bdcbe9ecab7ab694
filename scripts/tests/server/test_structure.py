"""What runs on a server needs nothing but Python."""

import subprocess
import sys

import pytest

from scripts.tests.deploy.files import read
from tests.conftest import BACKEND_DIR

MODULES = sorted(path.stem for path in (BACKEND_DIR / "ops").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_without_any_package(module: str) -> None:
    """-S leaves out everything that is installed."""
    subprocess.run([sys.executable, "-S", "-c", f"import ops.{module}"], cwd=BACKEND_DIR, check=True, timeout=30)


def test_the_image_has_none_of_it() -> None:
    assert "!ops" not in read("backend/.dockerignore")
    assert read("backend/.dockerignore").splitlines()[1] == "*"
