"""Each command of README.md, development.md, deployment.md and docs/running runs, or has a reason why not."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.features import APP_DIR
from scripts.local.repository import copy_repository
from scripts.tests.deploy.files import ROOT, load_yaml, read, tracked_settings
from scripts.tests.docs.guides import (
    COMPOSE,
    GUIDES,
    HERE,
    OWN,
    WAYS,
    blocks,
    server_environment,
    server_script,
)

ALL = [block for guide in GUIDES for block in blocks(guide)]
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix)
INLINE = sorted({(guide, code) for guide in GUIDES for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", read(guide))})


def test_every_block_is_run_or_has_a_reason() -> None:
    missing = [f"{block}: {block.text.splitlines()[0]}" for block in ALL if block.way is None]
    assert not missing, "Say in scripts/tests/docs/guides.py where these are run, or why they are not"


def test_every_entry_matches_a_block() -> None:
    assert set(WAYS) == {block.key for block in ALL}
    assert all(way in (HERE, OWN, COMPOSE) or len(way) > 10 for way in WAYS.values())


def test_every_page_of_operations_is_a_guide() -> None:
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "running").iterdir()}
    assert pages == {guide for guide in GUIDES if "/" in guide}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_repository(tmp_path / "copy")


def test_guide_sets_up_a_server(copy: Path, tmp_path: Path) -> None:
    env = {**os.environ, **server_environment(tmp_path)}
    commands = server_script(HERE) + 'echo "$COMPOSE_FILE $COMPOSE_ENV_FILES"\n'
    result = subprocess.run(
        ["bash", "-c", commands], cwd=copy, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    files = result.stdout.splitlines()[-1].replace(",", " ").split()
    assert all((copy / name).exists() for name in files)
    secrets = copy / ".local" / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    for path in secrets.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if os.getuid() == 0 else 0o644), path.name
    assert set(load_yaml("docker-compose.yml")["secrets"]) <= {path.name for path in secrets.iterdir()}
    values = [(secrets / name).read_text() for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD")]
    assert all(re.fullmatch(r"[0-9a-f]{64}\n", value) for value in values)
    assert len(set(values)) == 3
    names = {line.partition("=")[0] for line in (copy / ".local" / "server.env").read_text().splitlines()}
    assert names <= set(tracked_settings())


def test_site_is_up_in_ten_commands() -> None:
    text = read("deployment.md")
    steps = text.split("## From an empty server to a running site\n")[1].split("\n## ")[0]
    assert 1 <= steps.count("```sh") == len(re.findall(r"^\d+\. ", steps, re.MULTILINE)) <= 10


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_has_help(path: Path) -> None:
    result = subprocess.run([path, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert re.search("usage", result.stdout, re.IGNORECASE)
    assert f"scripts/{path.name}" in result.stdout


def named_options() -> Iterator[tuple[str, str]]:
    """Yield each script and option that text, tables and blocks mention."""
    code = [*(code for _, code in INLINE), *(line for block in ALL for line in block.text.splitlines())]
    for command in code:
        words = shlex.split(command, comments=True) if command.startswith("./scripts/") else []
        for word in words[1:]:
            if word == "--":
                break
            if word.startswith("--"):
                yield words[0], word.partition("=")[0]


@pytest.mark.parametrize(("command", "option"), sorted(set(named_options())))
def test_mentioned_option_exists(command: str, option: str) -> None:
    result = subprocess.run([ROOT / command, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert re.search(rf"{option}\b", result.stdout)


@pytest.mark.parametrize("guide", GUIDES)
def test_mentioned_paths_and_commands_exist(guide: str) -> None:
    """Paths from the repository's root, modules, npm scripts, and programs of the backend's environment."""
    code = [code for at, code in INLINE if at == guide] + [block.text for block in blocks(guide)]
    roots = {path.name for path in ROOT.iterdir() if path.is_dir()} - {".local"}
    paths = {path for text in code for path in re.findall(r"(?<![\w./~<-])(?:\./)?([\w.-]+/[\w@./-]*\w)", text)}
    assert [path for path in sorted(paths) if path.split("/")[0] in roots and not (ROOT / path).exists()] == []
    modules = {APP_DIR / found.replace(".", "/") for text in code for found in re.findall(r"-m app\.([\w.]+)", text)}
    assert [path for path in sorted(modules) if not (path.is_dir() or path.with_suffix(".py").is_file())] == []
    scripts = {found for text in code for found in re.findall(r"npm run (?:--\S+ )*([\w:-]+)", text)}
    assert scripts <= set(json.loads(read("frontend/package.json"))["scripts"])
    programs = {found for text in code for found in re.findall(r"\.venv/bin/([\w-]+)", text)}
    assert [name for name in sorted(programs) if not (Path(sys.prefix) / "bin" / name).exists()] == []
