"""The scan of the git history for secrets (OP-07)."""

import random
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits

import pytest

from scripts.checks import secret_scan
from scripts.checks.secret_scan import find_secrets, find_secrets_in_files

BASE62 = digits + ascii_letters


# The same in each run.
CHANCE = random.Random(2)  # noqa: S311


def chance(alphabet: str, length: int) -> str:
    return "".join(CHANCE.choices(alphabet, k=length))


def token_of_github() -> str:
    """With its checksum: Kingfisher knows one that cannot be valid."""
    text, checksum = chance(BASE62, 30), ""
    number = zlib.crc32(text.encode())
    while number:
        checksum = (digits + ascii_uppercase + ascii_letters[:26])[number % 62] + checksum
        number //= 62
    return "ghp_" + text + checksum.rjust(6, "0")


def private_key() -> str:
    body = "\n".join(chance(BASE62 + "+/", 64) for _ in range(4))
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----"


def aws_keys() -> str:
    key, secret = chance(ascii_uppercase + "234567", 16), chance(BASE62 + "+/", 40)
    return f"AWS_ACCESS_KEY_ID=AKIA{key}\nAWS_SECRET_ACCESS_KEY={secret}"


# Made when they are needed, since this file is in the history as well.
SECRETS: dict[str, Callable[[], str]] = {
    "private key": private_key,
    "GitHub": lambda: f"token: {token_of_github()}",
    "AWS": aws_keys,
    "Stripe": lambda: f"sk_live_{chance(BASE62, 32)}",
    "our key": lambda: f"export SECRET_KEY={chance('0123456789abcdef', 64)}",
    "our password": lambda: f'POSTGRES_PASSWORD="{chance("0123456789abcdef", 32)}"',
    "our passphrase": lambda: f"PASSPHRASE={chance(BASE62 + '-_', 43)}",
}


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.strip()


def commit(repository: Path, message: str) -> str:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", message)
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "settings").write_text("SECRET_KEY=\nPASSWORD=${PASSWORD}\nAn AKIA key\n")
    commit(tmp_path, "harmless")
    return tmp_path


def test_secrets_are_found_after_they_were_deleted(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_secrets(repository) == {}
    for kind, make in SECRETS.items():
        (repository / kind).write_text(f"{make()}\n")
    added = commit(repository, "oops")
    for kind in SECRETS:
        (repository / kind).unlink()
    commit(repository, "gone")
    assert find_secrets(repository) == {added: sorted(SECRETS)}
    monkeypatch.setattr(secret_scan, "WITHDRAWN", frozenset({added}))
    assert find_secrets(repository) == {}


def test_all_branches_are_searched(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "other")
    (repository / "key").write_text(SECRETS["private key"]())
    added = commit(repository, "key")
    git(repository, "switch", "--quiet", "-")
    assert find_secrets(repository) == {added: ["key"]}


def test_uncommitted_files_are_not_in_the_history(repository: Path) -> None:
    (repository / "key").write_text(SECRETS["private key"]())
    git(repository, "add", "key")
    assert find_secrets(repository) == {}


def test_files_outside_a_repository_are_searched(tmp_path: Path) -> None:
    (tmp_path / "harmless").write_text("SECRET_KEY=\n")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "settings").write_text(SECRETS["our key"]())
    assert find_secrets_in_files(tmp_path) == [str(tmp_path / "inner" / "settings")]


def test_failed_search_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="kingfisher ended with status"):
        find_secrets_in_files(tmp_path / "missing")
