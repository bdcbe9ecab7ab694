import json
import os
import subprocess
import sys
import time
from pathlib import Path

from scripts.local.processes import end_all, end_recorded, record_children, spawn, started_at

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print(child.pid, flush=True); child.wait()",
]


def read_when_written(log: Path) -> str:
    deadline = time.monotonic() + 10
    while not log.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.02)
    return log.read_text().strip()


def runs(pid: int) -> bool:
    deadline = time.monotonic() + 2
    while started_at(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return started_at(pid) is not None


def test_end_all_kills_children_of_stubborn_children(tmp_path: Path) -> None:
    child = spawn(STUBBORN, log=tmp_path / "log", cwd=tmp_path)
    grandchild = int(read_when_written(tmp_path / "log"))
    end_all([child], grace=0.1)
    assert not runs(child.pid)
    assert not runs(grandchild)


def test_leftovers_of_a_killed_start_are_ended(tmp_path: Path) -> None:
    child = spawn(SLEEP, log=tmp_path / "log", cwd=tmp_path)
    record_children(tmp_path / "children.json", {"api": child})
    assert (tmp_path / "children.json").stat().st_mode & 0o777 == 0o600
    assert end_recorded(tmp_path / "children.json") == ["api"]
    assert child.wait(timeout=5) != 0
    assert end_recorded(tmp_path / "children.json") == []


def test_group_of_a_dead_leader_is_ended(tmp_path: Path) -> None:
    leader = spawn(STUBBORN, log=tmp_path / "log", cwd=tmp_path)
    member = int(read_when_written(tmp_path / "log"))
    record_children(tmp_path / "children.json", {"api": leader})
    leader.kill()
    leader.wait()
    end_recorded(tmp_path / "children.json")
    assert not runs(member)


def test_process_with_a_reused_pid_is_not_ended(tmp_path: Path) -> None:
    other = subprocess.Popen(SLEEP)
    try:
        note = [{"name": "api", "pid": other.pid, "started": "another boot 1"}]
        (tmp_path / "children.json").write_text(json.dumps(note))
        assert end_recorded(tmp_path / "children.json") == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_started_at_distinguishes_running_from_ended() -> None:
    assert started_at(os.getpid()) == started_at(os.getpid())
    assert started_at(2**22 + 1) is None
