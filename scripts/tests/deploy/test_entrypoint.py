"""What the dashboard's entrypoint does before and after Nginx runs. Uses this machine's shell."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.tests.deploy.files import ROOT, read

DAY = 86_400


class Container:
    """The entrypoint with its own folders, and a script in place of Nginx that records how it was stopped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.assets, self.released = folder / "assets", folder / "released"
        self.assets.mkdir()
        self.released.mkdir()
        self.env = {
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "HOSTNAME": "abc",
            "ASSETS": str(self.assets),
            "RELEASED_ASSETS": str(self.released),
        }

    def start(self, nginx: str = "#!/bin/sh\n", **env: str) -> subprocess.Popen[bytes]:
        (self.folder / "nginx").write_text(nginx)
        (self.folder / "nginx").chmod(0o755)
        script = read("frontend/docker-entrypoint.sh").replace("/tmp/", f"{self.folder}/")  # noqa: S108
        return subprocess.Popen(["sh", "-c", script], env=self.env | env)

    def run(self, **env: str) -> None:
        assert self.start(**env).wait(timeout=20) == 0

    def kept(self) -> set[str]:
        return {path.name for path in self.released.iterdir()}


@pytest.fixture
def container(tmp_path: Path) -> Iterator[Container]:
    """Reset the signal handlers: a shell can ignore signals for tests in the background."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGQUIT, signal.SIGTERM)}
    yield Container(tmp_path)
    for number, handler in before.items():
        signal.signal(number, handler)


def write(folder: Path, name: str, *, kib: int = 0, days_ago: float = 0) -> None:
    file = folder / name
    file.write_bytes(os.urandom(kib * 1024) or b"x")
    os.utime(file, (time.time() - days_ago * DAY,) * 2)


def test_assets_of_an_old_release_are_kept(container: Container) -> None:
    write(container.assets, "old.js")
    container.run()
    (container.assets / "old.js").unlink()
    write(container.assets, "new.js")
    container.run()
    assert container.kept() == {"old.js", "new.js"}


def test_assets_unused_for_a_month_are_deleted(container: Container) -> None:
    write(container.released, "ancient.js", days_ago=32)
    write(container.released, "recent.js", days_ago=29)
    write(container.released, "still-used.js", days_ago=32)
    write(container.assets, "still-used.js", days_ago=32)
    container.run()
    assert container.kept() == {"recent.js", "still-used.js"}


def test_oldest_assets_are_deleted_above_the_limit(container: Container) -> None:
    for age in (3, 2, 1):
        write(container.released, f"{age}.js", kib=100, days_ago=age)
    write(container.assets, "own.js", kib=10)
    container.run(RELEASED_ASSETS_KIB="250")
    assert container.kept() == {"2.js", "1.js", "own.js"}


def test_container_starts_without_a_volume(container: Container) -> None:
    write(container.assets, "own.js")
    container.run(RELEASED_ASSETS=str(container.folder / "nowhere"))
    assert not (container.folder / "nowhere").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_proxy_learns_of_the_shutdown_before_nginx(container: Container, number: signal.Signals) -> None:
    # Not a shell script: unlike Nginx, a shell's background processes ignore SIGQUIT.
    nginx = f"""#!{sys.executable}
import os, signal, sys
os.chdir({str(container.folder)!r})
signal.signal(signal.SIGQUIT, lambda *_: sys.exit(os.rename("draining", "seen")))
open("runs", "w")
signal.pause()
"""
    write(container.assets, "own.js")
    process = container.start(nginx, DRAIN_SECONDS="1")
    wait_for(container.folder / "runs")
    process.send_signal(number)
    wait_for(container.folder / "draining")
    assert process.wait(timeout=20) == 0
    seen = (container.folder / "seen").stat()
    # Created at the signal, and renamed when Nginx got its own.
    assert seen.st_ctime - seen.st_mtime > 0.9


def test_container_ends_when_nginx_ends(container: Container) -> None:
    write(container.assets, "own.js")
    assert container.start("#!/bin/sh\nexit 3\n").wait(timeout=20) != 0


def test_nginx_reports_draining_to_the_proxy() -> None:
    ready = read("frontend/nginx.conf").split("location = /ready {")[1].split("\n        }")[0]
    assert "-f /tmp/draining" in ready
    assert "return 503;" in ready
    assert "healthcheck.path=/ready" in read("docker-compose.yml")
    assert (ROOT / "frontend" / "docker-entrypoint.sh").stat().st_mode & 0o111


def wait_for(file: Path) -> None:
    for _ in range(400):
        if file.exists():
            return
        time.sleep(0.02)
    raise AssertionError(f"{file.name} did not appear")
