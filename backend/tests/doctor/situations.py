"""The broken set-ups in `setups/`. Each small file has the broken settings and the expected findings."""

import tomllib
from pathlib import Path
from typing import Any

import pytest


def setups(test_file: str) -> list[Any]:
    """Return the set-ups next to a file of tests, for `pytest.mark.parametrize`."""
    files = sorted((Path(test_file).parent / "setups").glob("*.toml"))
    assert len(files) >= 15
    return [pytest.param(tomllib.loads(file.read_text(encoding="utf-8")), id=file.stem) for file in files]
