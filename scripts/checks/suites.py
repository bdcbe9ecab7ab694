"""The parts of `./scripts/test` that run tests."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.checks.browser import ensure_chromium
from scripts.checks.lint import PYTHON, clean_environment
from scripts.checks.parts import script_tests
from scripts.checks.results import Result, of_tests, read_junit, read_playwright, read_vitest
from scripts.checks.runner import Runner
from scripts.local.layout import FRONTEND, ROOT, Layout
from scripts.local.node import Node, find_node
from scripts.local.processes import end_all, spawn, tail

STACK_SECONDS = 120.0
# Stealing: the last tests of the list are the longest.
PARALLEL = ("-n", "auto", "--dist", "worksteal")


def install(runner: Runner) -> Node | None:
    """Node with the frontend's packages. None when that failed, which counts as a failed step."""
    if runner.check("npm ci", [PYTHON, "-m", "scripts.local.node", "--install-only"], cwd=ROOT).is_failure:
        return None
    return find_node()


def build(runner: Runner) -> bool:
    """The dashboard that the end-to-end tests and the budgets look at, unless it is built already. True when it is."""
    return not runner.check("dashboard build", [PYTHON, "-m", "scripts.local.node"], cwd=ROOT).is_failure


def run_backend(runner: Runner, arguments: Sequence[str], tests: Sequence[str] = ("tests",)) -> None:
    runner.step("backend tests", lambda: _pytest(runner, "backend tests", [*PARALLEL, *tests, *arguments]))


def run_scripts(runner: Runner, arguments: Sequence[str], tests: Sequence[str] = ()) -> None:
    """The tests of the scripts, of the deployment files and of the guides, apart from those that start the stack."""
    options = [*PARALLEL, "-m", "not stack", *(tests or _script_tests()), *arguments]
    runner.step("script tests", lambda: _pytest(runner, "script tests", options))


def run_template(runner: Runner, arguments: Sequence[str]) -> None:
    options = [*PARALLEL, "../scripts/tests/template", *arguments]
    runner.step("template tests", lambda: _pytest(runner, "template tests", options))


def run_stack(runner: Runner, arguments: Sequence[str]) -> None:
    """Tests that start the whole stack, one after the other: some of them measure how long it takes to end."""
    options = ["-n", "0", "-m", "stack", *_script_tests(), *arguments]
    runner.step("stack tests", lambda: _pytest(runner, "stack tests", options))


def _script_tests() -> list[str]:
    return [f"../{folder.relative_to(ROOT)}" for folder in script_tests()]


def run_frontend(runner: Runner, node: Node, arguments: Sequence[str]) -> None:
    runner.step("frontend tests", lambda: _vitest(runner, node, arguments))


def run_related(runner: Runner, node: Node, base: str) -> None:
    """The frontend tests that import something which has changed since the commit `base`."""

    def related() -> Result:
        result = _vitest(runner, node, [f"--changed={base}"])
        if "test files found, exiting with code 0" in result.output:
            return Result(result.name, reason="no test imports what has changed")
        return result

    runner.step("frontend tests", related)


def check_projects(runner: Runner, shard: str | None) -> None:
    """Projects with each choice of features."""
    command = [PYTHON, "-m", "scripts.template", *(["--part", shard] if shard else [])]
    runner.check("scaffolded projects", command, cwd=ROOT, env=clean_environment())


def check_budgets(runner: Runner, node: Node) -> None:
    """The sizes of the built dashboard."""
    scripts = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))["scripts"]
    if "check-bundle" in scripts:
        env = node.env(clean_environment())
        runner.check("bundle budgets", [node.command("npm"), "run", "--silent", "check-bundle"], cwd=FRONTEND, env=env)


def check_sdk_package(runner: Runner, node: Node) -> None:
    """What a stranger would install."""
    command = [node.command("npm"), "run", "--silent", "check-package", "-w", "@app/sdk"]
    runner.check("SDK package", command, cwd=FRONTEND, env=node.env(clean_environment()))


def run_end_to_end(runner: Runner, node: Node, arguments: Sequence[str]) -> None:
    runner.step("end-to-end tests", lambda: _playwright(runner, node, arguments))


def run_compose(runner: Runner, arguments: Sequence[str]) -> None:
    """The Compose files in containers, where there is a Docker engine."""
    name = "compose tests"
    if not shutil.which("docker"):
        runner.step(name, lambda: Result(name, reason="no docker command; install Docker Engine to run them"))
    elif runner.run(["docker", "info"])[0] != 0:
        runner.step(name, lambda: Result(name, reason="no Docker engine answers; start it to run them"))
    else:
        options = ["-n", "0", "../scripts/tests/compose", *arguments]
        runner.step(name, lambda: _pytest(runner, name, options))


def _pytest(runner: Runner, name: str, arguments: Sequence[str]) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # Named, since pytest looks for it only above the tests that it is given.
        plugin = ["-p", "scripts.checks.shard"]
        command = [PYTHON, "-m", "pytest", "--config-file=pyproject.toml", *plugin, f"--junitxml={report}", *arguments]
        status, output = runner.run(command, env=clean_environment())
        return of_tests(name, status, output, read_junit(report))


def _vitest(runner: Runner, node: Node, arguments: Sequence[str]) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        reporters = ["--reporter=default", "--reporter=json", f"--outputFile.json={report}"]
        # Some tests alone cover little.
        coverage = [] if arguments else ["--coverage"]
        command = [node.command("npm"), "test", "--silent", "--", *reporters, *coverage, *arguments]
        status, output = runner.run(command, cwd=FRONTEND, env=node.env(clean_environment()))
        return of_tests("frontend tests", status, output, read_vitest(report))


def _playwright(runner: Runner, node: Node, arguments: Sequence[str]) -> Result:
    chromium = ensure_chromium(node, runner.run)
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder) / "stack") as facts:
        report = Path(folder) / "report.json"
        login = facts["superuser"]
        env = {
            **node.env(clean_environment()),
            **chromium,
            "BASE_URL": facts["dashboard"],
            "MAILBOX_URL": facts["mailbox"],
            "SUPERUSER_EMAIL": login["email"],
            "SUPERUSER_PASSWORD": login["password"],
            "PLAYWRIGHT_JSON_OUTPUT_FILE": str(report),
        }
        command = [node.command("npm"), "run", "--silent", "e2e", "--", "--reporter=list,json", *arguments]
        status, output = runner.run(command, cwd=FRONTEND, env=env)
        result = of_tests("end-to-end tests", status, output, read_playwright(report))
        if not result.is_failure:
            return result
        log = tail(Layout(Path(folder) / "stack").logs / "api.log", 500).splitlines()
        unusual = "\n".join([line for line in log if "info" not in line.lower()][-60:])
        return replace(result, output=f"{result.output}\n--- what the API logged besides info\n{unusual}")


@contextmanager
def own_stack(data: Path) -> Iterator[dict[str, Any]]:
    """A whole stack of our own on free ports, beside the developer's. Yields what its `stack.json` says."""
    log = data.with_name("start.log")
    command = [sys.executable, "-m", "scripts.local.start", "--no-reload", "--port=0", f"--data-dir={data}"]
    stack = spawn(command, log=log, cwd=ROOT, env=clean_environment())
    try:
        facts = Layout(data).stack_file
        deadline = time.monotonic() + STACK_SECONDS
        while not facts.exists():
            if stack.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The stack for the tests did not start:\n{tail(log, 60)}")
            time.sleep(0.05)
        yield json.loads(facts.read_text(encoding="utf-8"))
    finally:
        end_all([stack], grace=10)
