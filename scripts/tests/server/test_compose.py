import os
import stat
from pathlib import Path

import pytest

from scripts.server import compose
from scripts.server.compose import OpsError


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a fake `docker` on PATH; each test writes it."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "docker"


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_output_is_returned(docker: Path) -> None:
    write(docker, 'echo "$* in $(pwd)"')
    assert compose.compose("ps", "--quiet") == f"compose ps --quiet in {compose.ROOT}\n"


def test_failure_shows_command_and_end_of_output(docker: Path) -> None:
    write(docker, "seq 100; echo no such service >&2; exit 14")
    with pytest.raises(OpsError) as caught:
        compose.docker("compose", "ps")
    lines = str(caught.value).splitlines()
    assert lines[0] == "`docker compose ps` failed with status 14:"
    assert lines[-2:] == ["100", "no such service"]
    assert len(lines) == compose.OUTPUT_LINES + 1


def test_hanging_command_is_stopped(docker: Path) -> None:
    write(docker, "exec sleep 60")
    with pytest.raises(OpsError, match="took longer than 0 s"):
        compose.docker("ps", seconds=0.2)


def test_missing_docker_is_an_error_with_a_fix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OpsError, match="Install Docker Engine"):
        compose.docker("ps")


def test_server_files_are_the_default(docker: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(docker, 'echo "$COMPOSE_FILE $COMPOSE_ENV_FILES $TAG"')
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    monkeypatch.delenv("COMPOSE_ENV_FILES", raising=False)
    monkeypatch.setattr(compose, "SERVER_FILE", tmp_path / "server.env")
    files = ":".join(compose.compose_files())
    assert compose.docker("x", env={"TAG": "v1"}) == f"{files} .env v1\n"
    (tmp_path / "server.env").touch()
    assert compose.docker("x") == f"{files} .env,.local/server.env \n"
    monkeypatch.setenv("COMPOSE_FILE", "docker-compose.yml")
    assert compose.docker("x").startswith(f"{files} ")
    monkeypatch.setenv("COMPOSE_FILE", "other.yml")
    assert compose.docker("x").startswith("other.yml ")


def test_files_of_features_follow_the_common_one(tmp_path: Path) -> None:
    for name in ("", ".plums", ".override", ".plums.override", ".apples"):
        (tmp_path / f"docker-compose{name}.yml").touch()
    assert compose.compose_files(tmp_path) == [
        "docker-compose.yml",
        "docker-compose.apples.yml",
        "docker-compose.plums.yml",
    ]
