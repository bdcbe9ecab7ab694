import json
from pathlib import Path

from scripts.checks.results import Result, of_check, of_tests, read_junit, read_playwright, read_vitest, summary
from scripts.checks.runner import Runner
from scripts.server.progress import Progress


def test_pytest_counts_errors_as_failures_and_skips_apart(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert read_junit(report) == (3, 3, 3)


def test_vitest_counts_are_read(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"numPassedTests": 5, "numFailedTests": 1, "numPendingTests": 2, "numTodoTests": 1}))
    assert read_vitest(report) == (5, 1, 3)


def test_flaky_browser_test_is_a_failure(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"stats": {"expected": 5, "unexpected": 1, "flaky": 2, "skipped": 3}}))
    assert read_playwright(report) == (5, 3, 3)


def test_missing_or_broken_report_has_no_counts(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("<")
    for read in (read_junit, read_vitest, read_playwright):
        assert read(tmp_path / "missing") is None
        assert read(tmp_path / "broken") is None


def test_run_without_tests_is_a_failure() -> None:
    assert of_tests("backend", 0, "", (0, 0, 0)).failed == 1
    assert of_tests("backend", 0, "", (0, 0, 4)).failed == 1
    assert of_tests("backend", 0, "", None).failed == 1


def test_failed_runner_without_failed_tests_is_a_failure() -> None:
    result = of_tests("backend", 3, "boom", (7, 0, 0))
    assert (result.passed, result.failed) == (7, 1)


def test_summary_ends_with_the_totals() -> None:
    results = [of_check("ruff", 0, ""), Result("backend", 40, 2, 1), Result("compose", reason="no docker compose")]
    text = summary(results)
    assert text.splitlines()[-1] == "41 passed, 2 failed"
    assert "skipped: no docker compose" in text


def test_summary_names_the_failed_tests() -> None:
    outputs = {
        "pytest": "....F  [ 9%]\nE   assert 1 == 2\nFAILED tests/a.py::test_b - assert 1\nERROR tests/c.py\n",
        "vitest": " \x1b[31mFAIL\x1b[39m  src/a.test.ts > adds\n FAIL  src/a.test.ts > adds\n",
        "playwright": "  1) [chromium] > e2e/a.ts:3:1 > opens\n",
    }
    text = summary([Result(name, failed=1, output=output) for name, output in outputs.items()])
    assert text.split("\n\n")[1:-1] == [
        "Failed in pytest:\n  tests/a.py::test_b - assert 1\n  tests/c.py",
        "Failed in vitest:\n  src/a.test.ts > adds",
        "Failed in playwright:\n  [chromium] > e2e/a.ts:3:1 > opens",
    ]


def test_raising_step_fails_and_others_continue() -> None:
    runner = Runner(Progress(), verbose=False)

    def explode() -> Result:
        raise RuntimeError("boom")

    assert runner.step("first", explode).is_failure
    assert not runner.check("second", ["true"]).is_failure
    assert runner.check("third", ["false"]).is_failure
    assert [(result.passed, result.failed) for result in runner.results] == [(0, 1), (1, 0), (0, 1)]
