"""Read the files that configure a server."""

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[3]


class ComposeLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Supports Compose's own tags: they control how files are merged, not the values."""


ComposeLoader.add_constructor("!override", lambda loader, node: loader.construct_sequence(node))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def load_yaml(name: str) -> Any:
    return yaml.load(read(name), ComposeLoader)  # noqa: S506 - a subclass of SafeLoader


def tracked_settings() -> dict[str, str]:
    lines = (line for line in read(".env").splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def final_stage(dockerfile: str) -> str:
    return re.split(r"^FROM ", read(dockerfile), flags=re.MULTILINE)[-1]


def seconds(pattern: str, text: str) -> int:
    """Return the number that the pattern's group matches; the text must contain it."""
    found = re.search(pattern, text)
    assert found, pattern
    return int(found[1])
