"""Child processes that end with their parent, and a record of them in case the parent is killed."""

import contextlib
import ctypes
import json
import os
import signal
import socket
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
    """Return a `preexec_fn`: Linux then sends `signal_number` to the child when this process ends. None elsewhere.

    Linux watches the forking thread, so start such children from the main thread.
    """
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def request_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return request_signal


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    death_signal: int = signal.SIGTERM,
    uid: int | None = None,
    sockets: Sequence[socket.socket] = (),
) -> Child:
    """Start `command` in its own process group: Ctrl-C reaches only this process, which stops the others in order.

    It inherits `sockets`.
    """
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
            pass_fds=[inherited.fileno() for inherited in sockets],
            preexec_fn=die_with_parent(death_signal),
        )


def end_all(children: Sequence[Child], *, grace: float) -> None:
    """Send SIGTERM to the process group of every child, wait `grace` seconds in total, then kill the rest."""
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
    """Make this process the parent of processes that outlive one of its children (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def collect_orphans(*, seconds: float = 0.5) -> None:
    """Wait for adopted processes, so that no zombie remains. Call it when no own child is running."""
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def started_at(pid: int) -> str | None:
    """Return a mark that identifies this process even when its pid is reused; None if it is not running."""
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
    """Return the command line of `pid`, its words separated by one space; empty if it is not running."""
    if Path("/proc/self/cmdline").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return words.replace(b"\0", b" ").decode(errors="replace").strip()
    found = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()


def record_children(file: Path, children: Mapping[str, Child]) -> None:
    """Record the child processes, so that the next start can stop them if this one is killed."""
    entries = [{"name": name, "pid": child.pid, "started": started_at(child.pid)} for name, child in children.items()]
    write_private(file, json.dumps(entries))


def end_recorded(file: Path, *, grace: float = 3.0) -> list[str]:
    """Stop the processes that a killed start left behind; return their names. A reused pid is never touched."""
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
    """Kill the members of a dead leader's process group, but only programs of this virtual environment."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,pgid="], capture_output=True, text=True, check=False).stdout
    for pid, its_group in (map(int, line.split()) for line in shown.splitlines()):
        if its_group == group and command_of(pid).startswith(sys.prefix):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log file."""
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    return ""
