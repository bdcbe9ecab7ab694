"""Where things are: the repository, and the data folder of one stack (`.local/`, or `--data-dir`)."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "backend"
FRONTEND = ROOT / "frontend"
LOCAL = ROOT / ".local"
# For child processes in any folder: the packages `scripts`, and `app` and `benchmarks`.
PYTHONPATH = f"{ROOT}{os.pathsep}{BACKEND}"


@dataclass(frozen=True)
class Layout:
    """The data folder of one stack. Everything in it belongs to that stack alone."""

    data: Path

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
