"""The jobs for a push run every part of `./scripts/test`, and each test once."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from scripts.checks.parts import offered, parse_shard
from scripts.checks.test import parse
from scripts.local.layout import ROOT
from scripts.tests.deploy.files import load_yaml


def arguments_of_push() -> list[str]:
    """Return the arguments of `./scripts/test` in the workflows for a push to main."""
    found = []
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        workflow = load_yaml(f".github/workflows/{path.name}")
        if "pull_request" in workflow[True]:
            found += [each for job in workflow["jobs"].values() for each in _arguments(job)]
    return found


def _arguments(job: dict[str, Any]) -> list[str]:
    if "schedule" in job.get("if", ""):
        return []
    [values] = job.get("strategy", {}).get("matrix", {"": [""]}).values()
    commands = [step["run"] for step in job["steps"] if step.get("run", "").startswith("./scripts/test ")]
    return [
        value if "$" in command else command.removeprefix("./scripts/test ") for command in commands for value in values
    ]


def test_push_runs_each_part_once() -> None:
    shares: defaultdict[str, Fraction] = defaultdict(Fraction)
    for arguments in arguments_of_push():
        plan = parse(arguments.split())
        _, count = parse_shard(plan.shard or "1/1")
        assert not plan.arguments
        for part in plan.parts:
            shares[part] += Fraction(1, count)
    assert dict(shares) == dict.fromkeys(offered(), 1)


def test_no_shard_runs_twice() -> None:
    arguments = arguments_of_push()
    assert len(set(arguments)) == len(arguments) > 3
