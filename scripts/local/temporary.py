"""Where tests keep temporary files: in memory if it has room, because they are many, small and soon deleted."""

import os
import shutil
import tempfile
from pathlib import Path

from scripts.local.processes import started_at

MEMORY = Path("/dev/shm")  # noqa: S108 - everything in it gets a private folder
ROOM = 2 << 30
# The folder without `keep_in_memory`.
USUAL = tempfile.gettempdir()


def keep_in_memory() -> None:
    """Put the temporary files of this process and of its children into memory. TMPDIR, if set, wins."""
    if "TMPDIR" not in os.environ and is_suitable(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # the next use reads TMPDIR


def is_suitable(folder: Path, room: int = ROOM) -> bool:
    """Whether the folder is writable, can hold programs, and has that many free bytes."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize >= room and not system.f_flag & os.ST_NOEXEC


def own_folder(name: str) -> str:
    """Create a temporary folder of this process. Remove those of killed processes: in memory, they take its space."""
    for folder in Path(tempfile.gettempdir()).glob(f"{name}-*-*"):
        pid = folder.name.split("-")[1]
        if pid.isdigit() and started_at(int(pid)) is None:
            shutil.rmtree(folder, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{name}-{os.getpid()}-")
