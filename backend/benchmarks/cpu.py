"""CPU time and memory of processes, read from Linux's /proc."""

import os
from pathlib import Path

_PROC = Path("/proc")
_NS_PER_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def cpu_ns(root: int) -> int:
    """Return the CPU time in ns of the process `root` and all its descendants, including ended children."""
    parents = {pid: parent for pid in _pids() if (parent := _parent(pid)) is not None}
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    return sum(_own_ns(pid) for pid in family)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of one process (VmRSS)."""
    for line in (_PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"Process {pid} has ended")


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(_PROC) if name.isdecimal()]


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/<pid>/stat from the third, `state`; None if the process has ended."""
    try:
        return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _parent(pid: int) -> int | None:
    fields = _stat(pid)
    return None if fields is None else int(fields[1])


def _own_ns(pid: int) -> int:
    """Return the CPU time of the process's current threads and its ended children.

    schedstat counts nanoseconds. stat, the fallback for kernels without it, counts 1/100 s.
    """
    fields = _stat(pid)
    if fields is None:
        return 0
    user, system, ended_user, ended_system = (int(field) * _NS_PER_TICK for field in fields[11:15])
    return (_scheduled_ns(pid) or user + system) + ended_user + ended_system


def _scheduled_ns(pid: int) -> int:
    total = 0
    for file in _PROC.glob(f"{pid}/task/*/schedstat"):
        try:
            total += int(file.read_text(encoding="utf-8").split()[0])
        except (OSError, IndexError):
            continue
    return total
