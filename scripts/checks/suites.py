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
from scripts.local.environment import MANY_REQUESTS
from scripts.local.layout import FRONTEND, ROOT, Layout
from scripts.local.node import Node, find_node
from scripts.local.processes import end_all, spawn, tail
from scripts.local.temporary import USUAL

STACK_SECONDS = 120.0
# Work stealing: the last tests of the list take longest.
PARALLEL = ("-n", "auto", "--dist", "worksteal")


def install(runner: Runner) -> Node | None:
    """Install the frontend's packages and return Node. None on failure, which counts as a failed step."""
    if runner.check("npm ci", [PYTHON, "-m", "scripts.local.node", "--install-only"], cwd=ROOT).is_failure:
        return None
    return find_node()


def build(runner: Runner) -> bool:
    """Build the dashboard for the end-to-end tests and the budgets, unless it is up to date. Returns success."""
    return not runner.check("dashboard build", [PYTHON, "-m", "scripts.local.node"], cwd=ROOT).is_failure


def run_backend(runner: Runner, arguments: Sequence[str], tests: Sequence[str] = ("tests",)) -> None:
    runner.step("backend tests", lambda: _pytest(runner, "backend tests", [*PARALLEL, *tests, *arguments]))


def run_scripts(runner: Runner, arguments: Sequence[str], tests: Sequence[str] = ()) -> None:
    """Run the tests of scripts, deployment files and guides, except those that start the stack."""
    options = [*PARALLEL, "-m", "not stack", *(tests or _script_tests()), *arguments]
    runner.step("script tests", lambda: _pytest(runner, "script tests", options))


def run_template(runner: Runner, arguments: Sequence[str]) -> None:
    options = [*PARALLEL, "../scripts/tests/template", *arguments]
    runner.step("template tests", lambda: _pytest(runner, "template tests", options))


def run_stack(runner: Runner, arguments: Sequence[str]) -> None:
    """Run the tests that start the whole stack, one at a time: some of them measure its shutdown."""
    options = ["-n", "0", "-m", "stack", *_script_tests(), *arguments]
    runner.step("stack tests", lambda: _pytest(runner, "stack tests", options))


def _script_tests() -> list[str]:
    return [f"../{folder.relative_to(ROOT)}" for folder in script_tests()]


def run_frontend(runner: Runner, node: Node, arguments: Sequence[str]) -> None:
    runner.step("frontend tests", lambda: _vitest(runner, node, arguments))


def run_related(runner: Runner, node: Node, base: str) -> None:
    """Run the frontend tests that import something that changed since the commit `base`."""

    def related() -> Result:
        result = _vitest(runner, node, [f"--changed={base}"])
        if "test files found, exiting with code 0" in result.output:
            return Result(result.name, reason="no test imports a changed file")
        return result

    runner.step("frontend tests", related)


def check_projects(runner: Runner, shard: str | None) -> None:
    """Create and check projects with each choice of features."""
    command = [PYTHON, "-m", "scripts.template", *(["--part", shard] if shard else [])]
    runner.check("scaffolded projects", command, cwd=ROOT, env=clean_environment())


def check_budgets(runner: Runner, node: Node) -> None:
    """Check the sizes of the built dashboard."""
    scripts = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))["scripts"]
    if "check-bundle" in scripts:
        env = node.env(clean_environment())
        runner.check("bundle budgets", [node.command("npm"), "run", "--silent", "check-bundle"], cwd=FRONTEND, env=env)


def check_sdk_package(runner: Runner, node: Node) -> None:
    """Check the package that consumers would install."""
    command = [node.command("npm"), "run", "--silent", "check-package", "-w", "@app/sdk"]
    runner.check("SDK package", command, cwd=FRONTEND, env=node.env(clean_environment()))


def run_end_to_end(runner: Runner, node: Node, arguments: Sequence[str]) -> None:
    runner.step("end-to-end tests", lambda: _playwright(runner, node, arguments))


def run_compose(runner: Runner, arguments: Sequence[str]) -> None:
    """Run the tests of the Compose files in containers, if a Docker engine is available."""
    name = "compose tests"
    if not shutil.which("docker"):
        runner.step(name, lambda: Result(name, reason="no docker command; install Docker Engine to run them"))
    elif runner.run(["docker", "info"])[0] != 0:
        runner.step(name, lambda: Result(name, reason="no Docker engine responds; start it to run them"))
    else:
        # Two at a time: the tests wait most of the time, for containers to start and to drain.
        options = ["-n", "2", "../scripts/tests/compose", *arguments]
        # Containers mount some of the files, and an engine in a virtual machine has no access to this memory.
        runner.step(name, lambda: _pytest(runner, name, options, TMPDIR=USUAL))


def _pytest(runner: Runner, name: str, arguments: Sequence[str], **variables: str) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # Named explicitly: pytest searches for it only above the given tests.
        plugin = ["-p", "scripts.checks.shard"]
        command = [PYTHON, "-m", "pytest", "--config-file=pyproject.toml", *plugin, f"--junitxml={report}", *arguments]
        status, output = runner.run(command, env=clean_environment() | variables)
        return of_tests(name, status, output, read_junit(report))


def _vitest(runner: Runner, node: Node, arguments: Sequence[str]) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        reporters = ["--reporter=default", "--reporter=json", f"--outputFile.json={report}"]
        # A selection of tests covers little.
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
        return replace(result, output=f"{result.output}\n--- the API's log without info\n{unusual}")


@contextmanager
def own_stack(data: Path) -> Iterator[dict[str, Any]]:
    """Run a separate stack on free ports, beside the developer's. Yields the content of its `stack.json`."""
    log = data.with_name("start.log")
    command = [sys.executable, "-m", "scripts.local.start", "--no-reload", "--port=0", f"--data-dir={data}"]
    stack = spawn(command, log=log, cwd=ROOT, env=clean_environment() | MANY_REQUESTS)
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
