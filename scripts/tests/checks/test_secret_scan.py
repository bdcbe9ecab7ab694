"""The scan of the git history for secrets (OP-07)."""

import subprocess
from pathlib import Path

import pytest

from scripts.checks import secret_scan
from scripts.checks.secret_scan import find_secrets

# In two pieces, since this file is in the history as well.
SECRETS = [
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "-----BEGIN " + "PRIVATE KEY-----",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "sk_" + "live_" + "4eC39HqLyjWDarjtT1zd",
    "export SECRET_" + "KEY=" + "0123456789abcdef" * 4,
    "POSTGRES_PASS" + 'WORD="' + "0123456789abcdef" * 2 + '"',
]


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "settings").write_text("SECRET_KEY=\nPASSWORD=${PASSWORD}\nAn AKIA key\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "harmless")
    return tmp_path


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_found_after_it_was_deleted(repository: Path, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_secrets(repository) == {}
    (repository / "notes.txt").write_text(f"{secret}\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "oops")
    added = git(repository, "rev-parse", "HEAD")
    git(repository, "rm", "--quiet", "notes.txt")
    git(repository, "commit", "--quiet", "--message", "gone")
    removed = git(repository, "rev-parse", "HEAD")
    assert find_secrets(repository) == {removed: ["notes.txt"], added: ["notes.txt"]}
    monkeypatch.setattr(secret_scan, "WITHDRAWN", frozenset({added, removed}))
    assert find_secrets(repository) == {}


def test_a_branch_is_looked_at_too(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "other")
    (repository / "key").write_text(SECRETS[0])
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "key")
    git(repository, "switch", "--quiet", "-")
    assert [*find_secrets(repository).values()] == [["key"]]
