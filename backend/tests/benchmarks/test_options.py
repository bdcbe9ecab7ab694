"""The floor's connections have the options of the API's, so that both measure the same."""

import re

from app.core.database.engine import _SERVER_OPTIONS
from benchmarks import floor


def test_floor_has_the_apis_options() -> None:
    assert dict(re.findall(r"-c (\w+)=(\w+)", floor.SERVER_OPTIONS)).items() >= _SERVER_OPTIONS.items()
