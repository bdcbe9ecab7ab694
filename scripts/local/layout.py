"""Paths of the repository, and of one stack's data folder (`.local/`, or `--data-dir`)."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
LOCAL = ROOT / ".local"
# Lets child processes import `scripts`, `app` and `benchmarks` from any folder.
PYTHONPATH = f"{ROOT}{os.pathsep}{BACKEND}"


@dataclass(frozen=True)
class Layout:
    """The data folder of one stack. No other stack uses it."""

    data: Path

    def create(self) -> None:
        """Create the folder for its owner only: it holds the logs and the uploaded files, too."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def storage(self) -> Path:
        return self.data / "storage"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def lock(self) -> Path:
        return self.data / "stack.lock"

    @property
    def stack_file(self) -> Path:
        return self.data / "stack.json"

    @property
    def children(self) -> Path:
        return self.data / "children.json"
