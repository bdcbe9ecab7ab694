"""Results of the parts of `./scripts/test`, read from the test runners' reports."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

# How pytest, Vitest and Playwright name a failed test in their output.
_FAILED_TEST = re.compile(r"^\s*(?:FAILED|ERROR|FAIL|\d+\)) +(\S.*)$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_NAMES_SHOWN = 20
_LINES_SHOWN = 5


@dataclass(frozen=True)
class Result:
    """One line of the summary. A skipped step has a `reason` and no counts."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reason: str = ""
    output: str = field(default="", repr=False)

    @property
    def is_failure(self) -> bool:
        return self.failed > 0


def of_check(name: str, status: int, output: str) -> Result:
    """Return the result of a check without tests, which counts as one test."""
    return Result(name, passed=int(status == 0), failed=int(status != 0), output=output)


def of_tests(name: str, status: int, output: str, counts: tuple[int, int, int] | None) -> Result:
    """Return the result of a test run. `counts` is (passed, failed, skipped), or None without a report.

    A runner that fails without a failed test, or that runs no test, counts as one failure.
    """
    passed, failed, skipped = counts or (0, 0, 0)
    if status != 0 and failed == 0:
        failed, output = 1, f"{output}\n{name}: the runner failed with status {status}."
    elif passed + failed == 0:
        failed, output = 1, f"{output}\n{name}: no test ran."
    return Result(name, passed, failed, skipped, output=output)


def read_junit(report: Path) -> tuple[int, int, int] | None:
    """Read the counts from pytest's --junitxml."""
    try:
        root = ElementTree.parse(report).getroot()  # noqa: S314 (pytest wrote it a moment ago)
    except (FileNotFoundError, ElementTree.ParseError):
        return None
    suites = list(root.iter("testsuite"))
    tests, failed, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return tests - failed - skipped, failed, skipped


def read_vitest(report: Path) -> tuple[int, int, int] | None:
    """Read the counts from Vitest's JSON reporter."""
    found = _json(report)
    if found is None:
        return None
    return found["numPassedTests"], found["numFailedTests"], found["numPendingTests"] + found["numTodoTests"]


def read_playwright(report: Path) -> tuple[int, int, int] | None:
    """Read the counts from Playwright's JSON reporter. A flaky test counts as failed: it hides a fault."""
    found = _json(report)
    if found is None:
        return None
    stats = found["stats"]
    return stats["expected"], stats["unexpected"] + stats["flaky"], stats["skipped"]


def _json(report: Path) -> Any:
    try:
        return json.loads(report.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def failed_tests(result: Result) -> list[str]:
    """Return the names of the failed tests, as the runner's output has them, without repetition."""
    names = (name.strip()[:200] for name in _FAILED_TEST.findall(_COLOUR.sub("", result.output)))
    return list(dict.fromkeys(names))


def timed(result: Result, seconds: float) -> Result:
    return replace(result, seconds=seconds)


def summary(results: Sequence[Result]) -> str:
    """Format the results as a table, with the failed tests below it and the totals in the last line.

    A check without tests shows the end of its output.

    The names stand at the end, because services that show a log often cut its middle.
    """
    width = max((len(result.name) for result in results), default=0)
    lines = [f"  {'':<{width}}  passed  failed  skipped  seconds"]
    for result in results:
        if result.reason:
            lines.append(f"  {result.name:<{width}}  skipped: {result.reason}")
            continue
        numbers = f"{result.passed:>6}  {result.failed:>6}  {result.skipped:>7}  {result.seconds:>7.1f}"
        lines.append(f"  {result.name:<{width}}  {numbers}{'  FAILED' if result.is_failure else ''}")
    for result in results:
        if result.is_failure:
            shown = failed_tests(result)[:_NAMES_SHOWN] or result.output.strip().splitlines()[-_LINES_SHOWN:]
            lines += ["", f"Failed in {result.name}:", *(f"  {line}" for line in shown)]
    passed, failed = (sum(getattr(result, name) for result in results) for name in ("passed", "failed"))
    return "\n".join((*lines, "", f"{passed} passed, {failed} failed"))
