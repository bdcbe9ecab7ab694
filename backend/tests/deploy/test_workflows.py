import re

import pytest

from tests.deploy.files import ROOT, load_yaml, read

WORKFLOWS = sorted(f".github/workflows/{path.name}" for path in (ROOT / ".github" / "workflows").glob("*.yml"))


def test_there_are_workflows() -> None:
    assert WORKFLOWS


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_an_action_is_pinned_to_a_commit(workflow: str) -> None:
    for line in re.findall(r"uses: (.+)", read(workflow)):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_may_only_read(workflow: str) -> None:
    document = load_yaml(workflow)
    assert document["permissions"] == {"contents": "read"}
    assert not [name for name, job in document["jobs"].items() if "permissions" in job]
    assert read(workflow).count("actions/checkout@") == read(workflow).count("persist-credentials: false")


def test_a_push_and_a_pull_request_run_everything() -> None:
    text = read(".github/workflows/test.yml")
    [checkout, *_] = load_yaml(".github/workflows/test.yml")["jobs"]["test"]["steps"]
    assert checkout["with"]["fetch-depth"] == 0, "without the tags no change of the API is found"
    assert "\n  push:\n  pull_request:\n" in text
    assert "run: .ci/run\n" in text
