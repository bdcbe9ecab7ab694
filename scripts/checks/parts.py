"""The parts of `./scripts/test`, and which of them run when none is named."""

import re
from collections.abc import Callable
from pathlib import Path

from scripts.local.layout import ROOT

DAILY = ("lint", "backend", "frontend", "e2e")
PARTS = (*DAILY, "scripts", "template", "compose")
# Parts that are one run of one test runner: it gets what follows `--`, and can run a share of its tests.
ONE_RUNNER = ("backend", "frontend", "e2e", "scripts", "template", "compose")
ELSEWHERE = ("template", "compose")


def offered(root: Path = ROOT) -> tuple[str, ...]:
    """The parts that have something to run. A project has fewer than the template."""
    exists: dict[str, Callable[[], bool]] = {
        "scripts": lambda: bool(script_tests(root)),
        "template": lambda: (root / "scripts" / "template" / "__main__.py").exists(),
        "compose": lambda: any((root / "scripts" / "tests" / "compose").glob("test_*.py")),
    }
    return tuple(part for part in PARTS if part not in exists or exists[part]())


def script_tests(root: Path = ROOT) -> list[Path]:
    """The folders in scripts/tests that the part `scripts` runs."""
    folders = sorted((root / "scripts" / "tests").glob("*/"))
    return [each for each in folders if each.name not in ELSEWHERE and any(each.rglob("test_*.py"))]


def parse_shard(text: str) -> tuple[int, int]:
    """`2/3` as (2, 3), the second of three. ValueError for anything else."""
    numbers = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if not numbers or int(numbers[1]) > int(numbers[2]):
        raise ValueError("a shard is written like 2/3, the second of three")
    return int(numbers[1]), int(numbers[2])
