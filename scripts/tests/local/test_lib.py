"""scripts/lib.sh, with a fake uv."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.local.layout import ROOT


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with a `uv` that writes down how it was called, and finds the packages missing."""
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "uv").write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/arguments\nenv > {folder}/environment\n'
        'case "$*" in *--check*) exit 1 ;; esac\n'
    )
    (folder / "uv").chmod(0o755)
    return folder


def bootstrap(folder: Path, tools: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script that uses lib.sh, in a project in this folder."""
    (folder / "scripts").mkdir(parents=True)
    (folder / "backend").mkdir()
    shutil.copy(ROOT / "scripts" / "lib.sh", folder / "scripts")
    script = folder / "scripts" / "any"
    script.write_text('set -eu\n. "$(dirname -- "$0")/lib.sh"\nbootstrap\n')
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", **variables}
    return subprocess.run(["sh", script], cwd="/", env=env, capture_output=True, text=True, timeout=60, check=False)


def test_lock_file_says_what_is_installed(tmp_path: Path, tools: Path) -> None:
    """A mirror, or another setting of the machine, must not change it."""
    wrong = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_LOCKED", "UV_NO_DEV", "UV_NO_BINARY", "UV_CONSTRAINT", "PIP_USER")
    kept = ("UV_CACHE_DIR", "UV_NATIVE_TLS", "PIP_INDEX_URL", "PIP_CERT")
    done = bootstrap(tmp_path / "project", tools, **dict.fromkeys((*wrong, *kept), "given"))
    assert done.returncode == 0, done.stderr
    for call in (tools / "arguments").read_text().splitlines():
        assert "--frozen" in call
        assert "--locked" not in call
    passed = {line.removesuffix("=given") for line in (tools / "environment").read_text().splitlines()}
    assert passed & {*wrong, *kept} == {*kept}


@pytest.mark.parametrize("name", ["100% x", "a (copy) [1] {2}", "Mein Projekt Ü ✓", "-x & y;z"])
def test_odd_folder_works(tmp_path: Path, tools: Path, name: str) -> None:
    assert bootstrap(tmp_path / name, tools).returncode == 0


@pytest.mark.parametrize("name", ["C#", "Anna's", 'say "x"', "a:b", "what?", "a\\b", "$HOME", "a`b", "two\nlines"])
def test_impossible_folder_is_refused_in_one_sentence(tmp_path: Path, tools: Path, name: str) -> None:
    done = bootstrap(tmp_path / name, tools)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: Move this folder: its path ")
    assert done.stderr.replace(name, "").count("\n") == 1
