"""The broken set-ups in `setups/`. Each small file has the broken settings and the expected findings."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "setups"


def setups(half: str) -> list[Any]:
    """`half` is `application` or `server`, for `pytest.mark.parametrize`."""
    files = sorted((FOLDER / half).glob("*.toml"))
    assert len(files) >= 15
    return [pytest.param(tomllib.loads(file.read_text(encoding="utf-8")), id=file.stem) for file in files]
