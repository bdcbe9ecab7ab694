import os
import subprocess
from pathlib import Path

import pytest

from scripts.local.layout import ROOT

pytestmark = pytest.mark.stack


def test_sdk_is_generated_before_the_dashboard_is_built(tmp_path: Path) -> None:
    """The first start of a new project does this."""
    env = {**os.environ, "FRONTEND_DIR": str(tmp_path / "not-built-yet")}
    command = [str(ROOT / "scripts" / "generate-client"), "--check"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
