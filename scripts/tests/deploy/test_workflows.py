"""The workflows: pinned actions, permissions and schedules (OP-06)."""

import re
from typing import Any

import pytest

from scripts.tests.deploy.files import ROOT, load_yaml, read

WORKFLOWS = sorted(f".github/workflows/{path.name}" for path in (ROOT / ".github" / "workflows").glob("*.yml"))
WEEKLY = {
    ".github/workflows/weekly.yml": "./scripts/vulnerabilities",
    ".github/workflows/compose.yml": "./scripts/test compose",
}
if ".github/workflows/compose.yml" not in WORKFLOWS:  # a project has no tests in containers
    del WEEKLY[".github/workflows/compose.yml"]


def test_workflows_exist() -> None:
    assert WORKFLOWS


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_action_is_pinned_to_a_commit(workflow: str) -> None:
    for line in re.findall(r"uses: (.+)", read(workflow)):
        if not line.startswith("$/"):  # this repository at the same commit
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_job_has_a_timeout_and_never_overlaps(workflow: str) -> None:
    document = load_yaml(workflow)
    assert document["concurrency"]["group"]
    for job in document["jobs"].values():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 60


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_job_runs_only_project_scripts_and_git(workflow: str) -> None:
    jobs = load_yaml(workflow)["jobs"].values()
    commands = [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]
    for command in commands:
        script, *_ = command.split()
        assert script in ("git", "docker") or (ROOT / script).stat().st_mode & 0o100, command
        assert "${{" not in command, "GitHub could insert a foreign command here"


@pytest.mark.parametrize(
    ("environment", "trigger"),
    [("staging", {"branches": ["main"]}), ("production", {"tags": ["v*"]})],
)
def test_site_gets_only_tested_commits(environment: str, trigger: dict[str, list[str]]) -> None:
    """Each site has its own runner, and its own environment, where GitHub can require an approval."""
    document = load_yaml(f".github/workflows/deploy-{environment}.yml")
    events = document[True]  # YAML 1.1 parses `on` as True
    assert events["push"] == trigger
    assert not {"pull_request", "pull_request_target", "workflow_run"} & set(events)
    test, deploy = document["jobs"]["test"], document["jobs"]["deploy"]
    assert test["uses"] == "$/.github/workflows/test.yml"
    assert test["if"] == f"vars.{environment.upper()} == 'true'", "a project without servers would wait for a runner"
    assert deploy["needs"] == "test"
    assert deploy["environment"] == environment
    assert deploy["runs-on"] == ["self-hosted", environment]
    assert [step["run"] for step in deploy["steps"]][-1] == "./scripts/deploy"
    assert document["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize(("workflow", "command"), WEEKLY.items())
def test_workflow_runs_every_week(workflow: str, command: str) -> None:
    document = load_yaml(workflow)
    assert len(document[True]["schedule"]) == 1
    assert [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step] == [command]


def test_dependabot_covers_all_dependencies() -> None:
    updates = load_yaml(".github/dependabot.yml")["updates"]
    folders = {(update["package-ecosystem"], folder) for update in updates for folder in folders_of(update)}
    expected = {
        ("uv", "backend/uv.lock"),
        ("npm", "frontend/package-lock.json"),
        ("docker", "backend/Dockerfile"),
        ("docker", "frontend/Dockerfile"),
        ("docker-compose", "docker-compose.yml"),
    }
    assert all((ROOT / path).is_file() for _, path in expected)
    assert {(kind, f"/{path.rpartition('/')[0]}") for kind, path in expected} | {("github-actions", "/")} == folders
    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)


def folders_of(update: dict[str, Any]) -> list[str]:
    return update.get("directories") or [update["directory"]]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_workflow_has_read_permission_only(workflow: str) -> None:
    document = load_yaml(workflow)
    assert document["permissions"] == {"contents": "read"}
    assert not [name for name, job in document["jobs"].items() if "permissions" in job]
    assert read(workflow).count("actions/checkout@") == read(workflow).count("persist-credentials: false")


def test_the_history_is_complete_where_it_is_searched() -> None:
    [checkout, *_] = load_yaml(".github/workflows/test.yml")["jobs"]["test"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0, "the whole history is searched for secrets"


def test_called_workflow_does_not_cancel_another_run() -> None:
    """Called by another workflow it has that one's name here."""
    assert "group: test-${{ github.workflow }}-${{ github.ref }}" in read(".github/workflows/test.yml")


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_pushed_pull_request_runs_once(workflow: str) -> None:
    events = load_yaml(workflow)[True]
    assert "pull_request" not in events or events["push"] == {"branches": ["main"]}
