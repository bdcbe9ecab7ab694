"""Child processes that end with their parent, and a record of them for a parent that was killed."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.server.files import write_private

Child = subprocess.Popen[bytes]

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(signal_number: int) -> Callable[[], None] | None:
    """A `preexec_fn` that has Linux send `signal_number` to the child when this process ends; None elsewhere.

    Linux watches the thread that forks, so start such children from the main thread.
    """
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    death_signal: int = signal.SIGTERM,
    uid: int | None = None,
) -> Child:
    """Start `command` in a process group of its own, so that Ctrl-C reaches only us and we stop things in order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            process_group=0,
            user=uid,
            preexec_fn=die_with_parent(death_signal),
        )


def end_all(children: Sequence[Child], *, grace: float) -> None:
    """Ask every child and what it started to end, wait `grace` seconds for all of them together, then kill the rest."""
    for child in children:
        _signal_group(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.0, deadline - time.monotonic()))
    for child in children:
        _signal_group(child.pid, signal.SIGKILL)
        child.wait()


def adopt_orphans() -> None:
    """Have Linux hand us the processes whose parents, our children, ended before them."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def collect_orphans(*, seconds: float = 0.5) -> None:
    """Wait for adopted processes, so that not even a dead entry is left. Call it when no child of ours runs."""
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def started_at(pid: int) -> str | None:
    """A mark that tells process `pid` from any other that ever had its number; None when it does not run."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return None if fields[0] == "Z" else f"{boot} {fields[19]}"
    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def command_of(pid: int) -> str:
    """The command line of process `pid`, its words divided by one blank; empty when it does not run."""
    if Path("/proc/self/cmdline").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return words.replace(b"\0", b" ").decode(errors="replace").strip()
    found = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()


def record_children(file: Path, children: Mapping[str, Child]) -> None:
    """Note which processes are ours, so that the next start can end them if we are killed."""
    entries = [{"name": name, "pid": child.pid, "started": started_at(child.pid)} for name, child in children.items()]
    write_private(file, json.dumps(entries))


def end_recorded(file: Path, *, grace: float = 3.0) -> list[str]:
    """End what a killed start left behind and return its names. Only the very processes noted are touched."""
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    left = [entry for entry in entries if entry["started"] and started_at(entry["pid"]) == entry["started"]]
    for entry in entries:
        if started_at(entry["pid"]) is None:
            _end_members(entry["pid"])
    for entry in left:
        _signal_group(entry["pid"], signal.SIGTERM)
    deadline = time.monotonic() + grace
    for entry in left:
        while started_at(entry["pid"]) == entry["started"] and time.monotonic() < deadline:
            time.sleep(0.02)
        if started_at(entry["pid"]) == entry["started"]:
            _signal_group(entry["pid"], signal.SIGKILL)
    file.unlink(missing_ok=True)
    return [str(entry["name"]) for entry in left]


def _end_members(group: int) -> None:
    """End what a dead group leader of ours left in its group: programs of our own virtual environment only."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,pgid="], capture_output=True, text=True, check=False).stdout
    for pid, its_group in (map(int, line.split()) for line in shown.splitlines()):
        if its_group == group and command_of(pid).startswith(sys.prefix):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file."""
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    return ""
