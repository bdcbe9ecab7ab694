import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.local import temporary
from scripts.local.layout import PYTHONPATH
from scripts.local.temporary import ROOM, is_suitable, own_folder

SHOWS_FOLDERS = """
import subprocess, sys, tempfile
from pathlib import Path
from scripts.local import temporary
tempfile.gettempdir()
temporary.MEMORY = Path(sys.argv[1])
temporary.keep_in_memory()
print(tempfile.gettempdir(), flush=True)
subprocess.run([sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"], check=True)
"""


def folders(memory: Path, **variables: str) -> list[str]:
    """Return the temporary folders of a process that keeps them in `memory`, and of its child."""
    env = (
        {name: value for name, value in os.environ.items() if name != "TMPDIR"} | {"PYTHONPATH": PYTHONPATH} | variables
    )
    command = [sys.executable, "-c", SHOWS_FOLDERS, str(memory)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.split()


def test_process_and_children_use_memory(tmp_path: Path) -> None:
    if not is_suitable(tmp_path):
        pytest.skip("the temporary folder has less than 2 GiB of free space")
    assert folders(tmp_path) == [str(tmp_path)] * 2


def test_own_choice_wins(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    assert folders(tmp_path, TMPDIR=str(own)) == [str(own)] * 2


def test_missing_memory_leaves_the_usual_folder(tmp_path: Path) -> None:
    assert str(tmp_path) not in folders(tmp_path / "missing")


def test_folder_needs_room(tmp_path: Path) -> None:
    assert is_suitable(tmp_path, room=0)
    assert not is_suitable(tmp_path, room=1 << 60)


def test_folder_must_hold_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's /dev/shm often forbids programs."""
    forbids = SimpleNamespace(f_bavail=1, f_frsize=1, f_flag=os.ST_NOEXEC)
    monkeypatch.setattr(os, "statvfs", lambda folder: forbids)
    assert not is_suitable(tmp_path, room=0)


def test_suite_itself_uses_suitable_memory(tmp_path: Path) -> None:
    if not is_suitable(temporary.MEMORY, room=2 * ROOM):
        pytest.skip("this machine has too little memory")
    assert Path(os.environ["TMPDIR"]) in tmp_path.parents


def test_folder_of_a_killed_process_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    command = [sys.executable, "-c", "from scripts.local.temporary import own_folder; print(own_folder('data'))"]
    env = {**os.environ, "PYTHONPATH": PYTHONPATH, "TMPDIR": str(tmp_path)}
    left = Path(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip())
    others = [own_folder("data"), tempfile.mkdtemp(prefix="data-dir-")]
    assert not left.exists()
    assert [folder for folder in others if not Path(folder).is_dir()] == []
