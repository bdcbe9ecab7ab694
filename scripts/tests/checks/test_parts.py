import subprocess
import sys
from pathlib import Path

import pytest

from scripts.checks.lint import clean_environment
from scripts.checks.parts import DAILY, PARTS, offered, parse_shard
from scripts.checks.shard import files_of_shard
from scripts.checks.test import Plan, parse
from scripts.local.layout import BACKEND

PROJECT = DAILY


def test_this_repository_has_all_parts() -> None:
    assert offered() == PARTS


def test_project_without_authors_files_has_the_daily_parts(tmp_path: Path) -> None:
    (tmp_path / "scripts" / "tests" / "local").mkdir(parents=True)
    assert offered(tmp_path) == DAILY
    (tmp_path / "scripts" / "tests" / "local" / "test_ports.py").touch()
    assert offered(tmp_path) == (*DAILY, "scripts")


def test_no_argument_runs_the_daily_parts() -> None:
    assert parse([], PARTS) == Plan(DAILY)


def test_all_runs_what_the_repository_has() -> None:
    assert parse(["all"], PARTS).parts == PARTS
    assert parse(["all"], PROJECT).parts == DAILY


def test_quick_has_no_parts() -> None:
    plan = parse(["quick", "-v"], PARTS)
    assert (plan.parts, plan.quick, plan.verbose) == ((), True, True)


def test_parts_are_chosen_by_name() -> None:
    assert parse(["lint", "e2e"], PARTS).parts == ("lint", "e2e")


def test_arguments_go_to_the_runner_of_one_part() -> None:
    plan = parse(["backend", "--shard", "2/3", "--", "-k", "login"], PARTS)
    assert plan.runner_arguments == ["--shard=2/3", "-k", "login"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["template"],
        ["nothing"],
        ["all", "lint"],
        ["quick", "lint"],
        ["quick", "--", "-x"],
        ["lint", "--shard=1/2"],
        ["lint", "--", "-x"],
        ["backend", "e2e", "--", "-x"],
        ["backend", "--shard=3/2"],
        ["backend", "--shard=half"],
    ],
)
def test_what_a_project_cannot_run_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments, PROJECT)
    assert ended.value.code == 2
    assert "./scripts/test: error: " in capsys.readouterr().err


def test_help_explains_sizes_and_existing_parts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"], PROJECT)
    shown = capsys.readouterr().out
    assert [size for size in ("quick", "all", "PART") if f"./scripts/test {size} " not in shown] == []
    assert "compose" not in shown


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/2/3", "-1/2", "a/b"])
def test_wrong_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2/3"):
        parse_shard(text)


def test_shards_split_the_files_evenly() -> None:
    tests = {f"test_{number}.py": number for number in range(1, 30)}
    shards = [files_of_shard(tests, number, 3) for number in (1, 2, 3)]
    assert sorted(file for shard in shards for file in shard) == sorted(tests)
    sizes = [sum(tests[file] for file in shard) for shard in shards]
    assert max(sizes) - min(sizes) <= 2


def test_pytest_runs_the_files_of_its_shard() -> None:
    folder = Path(__file__).parent
    files = [folder / name for name in ("test_lint.py", "test_parts.py", "test_results.py")]
    command = [sys.executable, "-m", "pytest", "-p", "scripts.checks.shard", "--shard=2/2", "--collect-only", "-q"]
    done = subprocess.run(
        [*map(str, command), f"--rootdir={folder}", "--noconftest", "-c", "/dev/null", *map(str, files)],
        cwd=BACKEND,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == {"test_lint.py", "test_results.py"}
