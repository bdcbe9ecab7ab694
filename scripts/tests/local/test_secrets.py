from pathlib import Path

import pytest

from scripts.local.secrets import NAMES, ensure_secrets


def test_secret_files_are_readable_by_owner_only(tmp_path: Path) -> None:
    created = ensure_secrets(tmp_path / "secrets")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()}
    assert modes == dict.fromkeys(created, 0o600)
    assert created.keys() > {*NAMES}  # features have secrets too
    assert len(set(created.values())) == len(created)
    assert all(len(value) >= 32 for value in created.values())


def test_existing_secrets_are_kept(tmp_path: Path) -> None:
    assert ensure_secrets(tmp_path) == ensure_secrets(tmp_path)


def test_missing_or_empty_secret_is_generated_alone(tmp_path: Path) -> None:
    before = ensure_secrets(tmp_path)
    (tmp_path / "SECRET_KEY").write_text("\n")
    (tmp_path / "POSTGRES_PASSWORD").unlink()
    after = ensure_secrets(tmp_path)
    assert after["SECRET_KEY"] not in ("", before["SECRET_KEY"])
    assert after["POSTGRES_PASSWORD"] != before["POSTGRES_PASSWORD"]
    assert after["FIRST_SUPERUSER_PASSWORD"] == before["FIRST_SUPERUSER_PASSWORD"]


def test_loose_permissions_are_tightened(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / "SECRET_KEY").chmod(0o644)
    ensure_secrets(tmp_path)
    assert (tmp_path / "SECRET_KEY").stat().st_mode & 0o777 == 0o600


def test_unreadable_secret_is_named(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / "SECRET_KEY").write_bytes(b"\xff\xfe")
    with pytest.raises(SystemExit, match="SECRET_KEY cannot be read: not UTF-8 text"):
        ensure_secrets(tmp_path)
