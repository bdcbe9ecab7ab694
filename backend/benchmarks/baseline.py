"""Results of the last run on this machine, in the git-ignored `.local/bench/`."""

import json
import platform
from collections.abc import Iterable
from pathlib import Path

from benchmarks.report import Figure
from scripts.local.layout import LOCAL
from scripts.server.files import write_private


def baseline_file() -> Path:
    return LOCAL / "bench" / f"{platform.node() or 'machine'}.json"


def read_baseline(file: Path) -> dict[str, float]:
    """Return ratios by name, or an empty dict if there was no run."""
    try:
        return {str(name): float(value) for name, value in json.loads(file.read_text(encoding="utf-8")).items()}
    except (FileNotFoundError, ValueError):
        return {}


def write_baseline(file: Path, floor: Iterable[Figure], shares: Iterable[Figure]) -> None:
    """Store these ratios. Ratios of endpoints that were not measured this time are kept."""
    found = {figure.name: figure.ratio for figure in floor}
    found |= {f"{figure.name} share": figure.ratio for figure in shares}
    rounded = {name: round(value, 3) for name, value in {**read_baseline(file), **found}.items()}
    write_private(file, json.dumps(rounded, indent=2) + "\n")
