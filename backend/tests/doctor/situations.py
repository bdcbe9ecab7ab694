"""The broken set-ups of `setups/`: one small file each, with what is broken and which finding has to say so."""

import tomllib
from pathlib import Path
from typing import Any

import pytest


def setups(test_file: str) -> list[Any]:
    """Those beside a file of tests, for `pytest.mark.parametrize`."""
    files = sorted((Path(test_file).parent / "setups").glob("*.toml"))
    assert len(files) >= 15
    return [pytest.param(tomllib.loads(file.read_text(encoding="utf-8")), id=file.stem) for file in files]
