from pathlib import Path

from scripts.local.secrets import NAMES, ensure_secrets


def test_secrets_are_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path / "secrets")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()}
    assert modes == dict.fromkeys(made, 0o600)
    assert made.keys() > {*NAMES}  # those of features as well
    assert len(set(made.values())) == len(made)
    assert all(len(value) >= 32 for value in made.values())


def test_secrets_stay_as_they_are(tmp_path: Path) -> None:
    assert ensure_secrets(tmp_path) == ensure_secrets(tmp_path)


def test_a_missing_or_empty_secret_is_made_without_touching_the_others(tmp_path: Path) -> None:
    before = ensure_secrets(tmp_path)
    (tmp_path / "SECRET_KEY").write_text("\n")
    (tmp_path / "POSTGRES_PASSWORD").unlink()
    after = ensure_secrets(tmp_path)
    assert after["SECRET_KEY"] not in ("", before["SECRET_KEY"])
    assert after["POSTGRES_PASSWORD"] != before["POSTGRES_PASSWORD"]
    assert after["FIRST_SUPERUSER_PASSWORD"] == before["FIRST_SUPERUSER_PASSWORD"]


def test_wide_permissions_are_narrowed(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / "SECRET_KEY").chmod(0o644)
    ensure_secrets(tmp_path)
    assert (tmp_path / "SECRET_KEY").stat().st_mode & 0o777 == 0o600
