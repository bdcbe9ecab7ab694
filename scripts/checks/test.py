"""`./scripts/test`: run the checks and tests, and print a summary."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from scripts.checks.changes import Changes, backend_tests, changes, scripts_tests
from scripts.checks.lint import check_delivery, check_frontend, check_history, check_python, needs_node
from scripts.checks.parts import DAILY, ONE_RUNNER, offered, parse_shard
from scripts.checks.results import of_check, summary
from scripts.checks.runner import Runner
from scripts.checks.suites import (
    build,
    check_budgets,
    check_projects,
    check_sdk_package,
    install,
    run_backend,
    run_compose,
    run_end_to_end,
    run_frontend,
    run_related,
    run_scripts,
    run_stack,
    run_template,
)
from scripts.local.node import Node
from scripts.local.temporary import keep_in_memory
from scripts.server.progress import Progress

Lane = Callable[[], Node | None]

DESCRIPTION = """\
Run the checks and tests that must pass.

  ./scripts/test            {daily}: for every change, about 6 minutes
  ./scripts/test quick      lint, types and unit tests of the changes since the main branch, within a minute
  ./scripts/test all        {all}
  ./scripts/test PART ...   only these parts

Parts:
{parts}
"""
PARTS = {
    "lint": "style, types, import rules, migrations, generated files, secrets: all checks without tests",
    "backend": "pytest on backend/tests, with its own PostgreSQL",
    "frontend": "Vitest, the build of the dashboard and its size budgets",
    "e2e": "Playwright, with its own stack",
    "scripts": "pytest on scripts/tests, and the SDK's package",
    "template": "projects with each choice of features",
    "compose": "the Compose files in containers; skipped without a Docker engine",
}


@dataclass(frozen=True)
class Plan:
    """What one run does. `arguments` are passed to the parts' test runners."""

    parts: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    shard: str | None = None
    verbose: bool = False
    quick: bool = False

    @property
    def is_selection(self) -> bool:
        """Whether the arguments select tests. Steps without arguments are then skipped."""
        return bool(self.arguments)

    @property
    def runner_arguments(self) -> list[str]:
        return [*([f"--shard={self.shard}"] if self.shard else []), *self.arguments]


def parse(arguments: list[str], parts: tuple[str, ...] | None = None) -> Plan:
    """Parse the command line, given the parts that this repository has."""
    parts = offered() if parts is None else parts
    own, extra = arguments, []
    if "--" in arguments:
        at = arguments.index("--")
        own, extra = arguments[:at], arguments[at + 1 :]
    parser = _parser(parts)
    options = parser.parse_args(own)
    chosen = tuple(options.what)
    if chosen == ("quick",):
        if extra or options.shard:
            parser.error("quick takes neither a shard nor arguments after --")
        return Plan((), verbose=options.verbose, quick=True)
    unknown = [part for part in chosen if part not in parts]
    if unknown and chosen != ("all",):
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(parts)}")
    if (extra or options.shard) and not (len(chosen) == 1 and chosen[0] in ONE_RUNNER):
        runners = ", ".join(part for part in ONE_RUNNER if part in parts)
        parser.error(f"--shard and arguments after -- need exactly one of the parts {runners}")
    if not chosen or chosen == ("all",):
        chosen = parts if chosen else tuple(part for part in parts if part in DAILY)
    return Plan(chosen, tuple(extra), options.shard, options.verbose)


def _parser(parts: tuple[str, ...]) -> argparse.ArgumentParser:
    listed = "\n".join(f"  {part:<10} {PARTS[part]}" for part in parts)
    daily = ", ".join(part for part in parts if part in DAILY)
    parser = argparse.ArgumentParser(
        prog="./scripts/test",
        description=DESCRIPTION.format(daily=daily, all=", ".join(parts), parts=listed),
        usage="%(prog)s [-h] [-v] [quick | all | PART ...] [--shard K/N] [-- ARGUMENTS]",
        epilog="Arguments after -- are passed to the part's test runner: ./scripts/test backend -- -k login",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="*", metavar="PART", help=argparse.SUPPRESS)
    parser.add_argument("-v", "--verbose", action="store_true", help="also show the output of steps that pass")
    parser.add_argument("--shard", type=_shard, metavar="K/N", help="run only the K-th of N shards of a part's tests")
    return parser


def _shard(text: str) -> str:
    try:
        parse_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def run(runner: Runner, plan: Plan) -> None:
    """Run pytest beside all steps that use one core; then, one by one, the parts that start a stack or containers."""
    node = _together(runner, [lambda: _checks_and_frontend(runner, plan), lambda: _pytest(runner, plan)])[0]
    if node and "e2e" in plan.parts:
        _together(runner, [lambda: run_end_to_end(runner, node, plan.runner_arguments)])
    if node and "scripts" in plan.parts and not plan.is_selection:
        _together(runner, [lambda: run_stack(runner, plan.runner_arguments)])
    if "compose" in plan.parts:
        _together(runner, [lambda: run_compose(runner, plan.runner_arguments)])


def _pytest(runner: Runner, plan: Plan) -> None:
    for part, suite in (("backend", run_backend), ("scripts", run_scripts), ("template", run_template)):
        if part in plan.parts:
            suite(runner, plan.runner_arguments)


def _checks_and_frontend(runner: Runner, plan: Plan) -> Node | None:
    """Run the checks. Returns Node if it and the built dashboard are ready for the parts that start a stack."""
    parts = plan.parts
    if "lint" in parts:
        check_python(runner)
        check_history(runner)
        check_delivery(runner)
    node = None
    if {"lint", "frontend", "e2e"} & set(parts) or ("scripts" in parts and not plan.is_selection):
        node = _frontend(runner, plan)
    if "template" in parts and not plan.arguments:
        check_projects(runner, plan.shard)
    return node


def _frontend(runner: Runner, plan: Plan) -> Node | None:
    node = install(runner)
    if node and "lint" in plan.parts:
        check_frontend(runner, node)
    if node and "frontend" in plan.parts:
        run_frontend(runner, node, plan.runner_arguments)
    if not node or set(plan.parts) <= {"lint", "backend", "template", "compose"} or not build(runner):
        return None
    if "frontend" in plan.parts:
        check_budgets(runner, node)
    if "scripts" in plan.parts:
        check_sdk_package(runner, node)
    return node


def run_quick(runner: Runner, changed: Changes) -> None:
    """Run lint, types and unit tests of the changed files."""
    backend, scripts = backend_tests(changed.paths), scripts_tests(changed.paths)

    def checks() -> None:
        check_python(runner, changed.match)
        check_delivery(runner, changed.match)

    def tests() -> None:
        if backend:
            run_backend(runner, [], backend)
        if scripts:
            run_scripts(runner, [], scripts)

    def frontend() -> None:
        node = install(runner) if needs_node(changed.match) else None
        if node:
            check_frontend(runner, node, changed.match)
        if node and changed.match(r"frontend/(?!e2e/)"):
            run_related(runner, node, changed.base)

    _together(runner, [checks, tests, frontend])


def _together(runner: Runner, lanes: list[Lane]) -> list[Node | None]:
    """Run the lanes concurrently and return what each returned."""
    results: list[Node | None] = [None] * len(lanes)

    def follow(index: int) -> None:
        try:
            results[index] = lanes[index]()
        except Exception as error:  # noqa: BLE001 - a bug of this script must not look like a passed part
            message = f"{type(error).__name__}: {error}"
            runner.step("unexpected error", lambda: of_check("unexpected error", 1, message))

    threads = [threading.Thread(target=follow, args=[index], daemon=True) for index in range(len(lanes))]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        runner.progress.tick()
        time.sleep(0.1)
    return results


def main() -> int:
    plan = parse(sys.argv[1:])
    keep_in_memory()
    runner = Runner(Progress(), verbose=plan.verbose)

    def end(number: int, frame: FrameType | None) -> None:
        runner.progress.close()
        runner.end_children()
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    if plan.quick:
        changed = changes()
        print(f"{len(changed.paths)} files have changed since {changed.base[:12]}.", flush=True)
        run_quick(runner, changed)
    else:
        run(runner, plan)
    print(f"\n{summary(runner.results)}", flush=True)
    return int(any(result.is_failure for result in runner.results))


if __name__ == "__main__":
    sys.exit(main())
