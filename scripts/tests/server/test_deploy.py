"""What `./scripts/deploy` decides before it changes a container. See also `tests/compose/test_deploy.py`."""

import fcntl
import subprocess
from pathlib import Path

import pytest

from scripts.server import deploy, releases
from scripts.server.compose import OpsError
from scripts.tests.deploy.files import ROOT


def tags(file: Path) -> list[str]:
    return [release.tag for release in releases.releases(file)]


def test_releases_are_recorded_in_order(tmp_path: Path) -> None:
    file = tmp_path / "releases.json"
    for tag in ("a", "b", "c"):
        assert releases.record(tag, f"commit of {tag}", file) == []
    assert tags(file) == ["a", "b", "c"]
    assert releases.previous(file).tag == "b"


def test_repeated_rollback_alternates_between_two_releases(tmp_path: Path) -> None:
    file = tmp_path / "releases.json"
    for tag in ("a", "b", "c", "b"):
        releases.record(tag, "", file)
    assert tags(file) == ["a", "c", "b"]
    assert releases.previous(file).tag == "c"


def test_redeployed_release_keeps_the_previous_one(tmp_path: Path) -> None:
    file = tmp_path / "releases.json"
    for tag in ("a", "b", "b"):
        releases.record(tag, "", file)
    assert releases.previous(file).tag == "a"


def test_old_releases_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "releases.json"
    forgotten = [tag for number in range(releases.KEPT + 2) for tag in releases.record(str(number), "", file)]
    assert forgotten == ["0", "1"]
    assert len(tags(file)) == releases.KEPT


@pytest.mark.parametrize("known", [[], ["a"]])
def test_first_release_cannot_be_rolled_back(tmp_path: Path, known: list[str]) -> None:
    for tag in known:
        releases.record(tag, "", tmp_path / "releases.json")
    with pytest.raises(OpsError, match="--tag"):
        releases.previous(tmp_path / "releases.json")


def test_broken_record_names_the_fix(tmp_path: Path) -> None:
    (tmp_path / "releases.json").write_text("[{")
    with pytest.raises(OpsError, match="Delete it"):
        releases.releases(tmp_path / "releases.json")


def test_concurrent_deployment_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "deploy.lock"
    with deploy.only_one(lock):
        with pytest.raises(OpsError, match=r"process \d+") as caught, deploy.only_one(lock):
            pass
        assert "Wait until it has ended" in str(caught.value)
    with deploy.only_one(lock):
        pass


def test_lock_of_a_killed_deployment_is_ignored(tmp_path: Path) -> None:
    lock = tmp_path / "deploy.lock"
    lock.write_text("12345")
    with deploy.only_one(lock), lock.open() as file:
        assert file.read() != "12345"
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("arguments", [["--pull"], ["--tag", "v1", "--rollback"], ["--ready-timeout", "soon"]])
def test_invalid_options_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        deploy.parse(arguments)
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_named_images_are_not_built() -> None:
    plan = deploy.make_plan(deploy.parse(["--tag", "v1.2", "--pull", "--allow-migration", "0012_x:ban-drop-column"]))
    assert (plan.tag, plan.is_built, plan.is_pulled) == ("v1.2", False, True)
    assert plan.allowed == ("0012_x:ban-drop-column",)


def test_image_tag_is_the_checked_out_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com"]
    (tmp_path / "file").write_text("1")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    clean = deploy.make_plan(deploy.parse([]))
    assert (clean.tag, len(clean.tag), clean.is_built) == (clean.commit, 12, True)
    (tmp_path / "file").write_text("2")
    changed = deploy.make_plan(deploy.parse([])).tag
    assert changed.startswith(f"{clean.tag}-"), "images of the commit must not be replaced"


def test_help_needs_only_python() -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "deploy", "--help"], capture_output=True, text=True, timeout=30, check=True
    )
    assert "--rollback" in done.stdout
