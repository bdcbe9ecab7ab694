"""The files of the repository, as git sees them."""

import shutil
import subprocess
from pathlib import Path

from scripts.local.layout import ROOT

GIT_SECONDS = 30


def tracked(root: Path = ROOT) -> list[str]:
    """Return the existing files that git tracks or does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=GIT_SECONDS)
    return sorted({name for name in done.stdout.split("\0") if name and (root / name).is_file()})


def copy_repository(target: Path) -> Path:
    """Copy these files of the working tree, with uncommitted changes and modes. Returns the target."""
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return target
