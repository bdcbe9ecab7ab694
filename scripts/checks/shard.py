"""A plugin of pytest: `-p scripts.checks.shard --shard 1/2` runs the first half of the tests.

Files stay whole, since their tests share what is expensive to set up.
"""

from collections import Counter
from collections.abc import Mapping

import pytest

from scripts.checks.parts import parse_shard


def files_of_shard(tests: Mapping[str, int], number: int, count: int) -> set[str]:
    """The files of one shard, given the number of tests by file: about as many tests in each shard."""
    sizes = [0] * count
    chosen = set()
    for file in sorted(tests, key=lambda name: (-tests[name], name)):
        smallest = sizes.index(min(sizes))
        sizes[smallest] += tests[file]
        if smallest == number - 1:
            chosen.add(file)
    return chosen


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shard", type=parse_shard, metavar="K/N", help="run only the K-th of N shards of the test files")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if shard := config.getoption("shard"):
        files = files_of_shard(Counter(item.nodeid.partition("::")[0] for item in items), *shard)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid.partition("::")[0] not in files])
        items[:] = [item for item in items if item.nodeid.partition("::")[0] in files]
