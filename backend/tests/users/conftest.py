"""Delete stored pictures, so that no test sees those of another."""

from pathlib import Path

import pytest

from tests import conftest


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    assert conftest.storage_folder is not None
    for path in Path(conftest.storage_folder).glob("avatars/*"):
        path.unlink()
