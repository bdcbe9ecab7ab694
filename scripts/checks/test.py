"""`./scripts/test`: run everything that must pass, and sum it up."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from scripts.checks.lint import check_delivery, check_frontend, check_python
from scripts.checks.results import of_check, summary
from scripts.checks.runner import Runner
from scripts.checks.suites import (
    build,
    check_budgets,
    check_sdk_package,
    install,
    run_backend,
    run_compose,
    run_end_to_end,
    run_frontend,
)
from scripts.local.node import Node
from scripts.server.progress import Progress

PARTS = ("lint", "backend", "frontend", "e2e", "compose")
WITH_ARGUMENTS = ("backend", "frontend", "e2e", "compose")

Lane = Callable[[], Node | None]


def parse(arguments: list[str]) -> argparse.Namespace:
    own, extra = arguments, []
    if "--" in arguments:
        at = arguments.index("--")
        own, extra = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(
        prog="./scripts/test",
        description="Run everything that must pass, or some parts of it.",
        usage="%(prog)s [-h] [-v] [lint|backend|frontend|e2e|compose ...] [-- ARGUMENTS]",
        epilog="With one part named, what follows -- goes to its runner: ./scripts/test backend -- -k login",
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all when none is named")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the output of steps that pass, too")
    options = parser.parse_args(own)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    if extra and options.parts not in [[part] for part in WITH_ARGUMENTS]:
        parser.error(f"arguments after -- need exactly one of the parts {', '.join(WITH_ARGUMENTS)}")
    options.parts = options.parts or list(PARTS)
    options.extra = extra
    return options


def run(runner: Runner, parts: list[str], extra: list[str]) -> None:
    """The backend beside everything that uses one core; then, each alone, the tests in a browser and in containers."""
    lanes: list[Lane] = [lambda: _beside_backend(runner, parts, extra)]
    if "backend" in parts:
        lanes.append(lambda: run_backend(runner, extra))
    node = _together(runner, lanes)[0]
    if node and "e2e" in parts:
        _together(runner, [lambda: run_end_to_end(runner, node, extra)])
    if "compose" in parts:
        _together(runner, [lambda: run_compose(runner, extra)])


def _beside_backend(runner: Runner, parts: list[str], extra: list[str]) -> Node | None:
    """Returns Node when it and the built dashboard are ready for the end-to-end part."""
    if "lint" in parts:
        check_python(runner)
        check_delivery(runner)
    if not {"lint", "frontend", "e2e"} & set(parts):
        return None
    node = install(runner)
    if node and "lint" in parts:
        check_frontend(runner, node)
    if node and "frontend" in parts:
        run_frontend(runner, node, extra)
        check_sdk_package(runner, node)
    if not node or not {"frontend", "e2e"} & set(parts) or not build(runner):
        return None
    if "frontend" in parts:
        check_budgets(runner, node)
    return node


def _together(runner: Runner, lanes: list[Lane]) -> list[Node | None]:
    """Run the lanes at once and return what each returned."""
    results: list[Node | None] = [None] * len(lanes)

    def follow(index: int) -> None:
        try:
            results[index] = lanes[index]()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not look like a part that passed
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
    options = parse(sys.argv[1:])
    runner = Runner(Progress(), verbose=options.verbose)

    def end(number: int, frame: FrameType | None) -> None:
        runner.progress.close()
        runner.end_children()
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    run(runner, options.parts, options.extra)
    print(f"\n{summary(runner.results)}", flush=True)
    return int(any(result.is_failure for result in runner.results))


if __name__ == "__main__":
    sys.exit(main())
