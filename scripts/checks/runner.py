"""Run and show the steps of `./scripts/test`, commands or functions. A failed step does not end the run."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.checks.results import Result, of_check, timed
from scripts.local.layout import BACKEND
from scripts.server.progress import Progress

COMMAND_SECONDS = 2400.0
_PROGRESS = re.compile(r"[.FEsxX]+ +\[ *\d+%\]")


class Runner:
    """Runs steps and collects the results in the order of their start. Thread-safe."""

    def __init__(self, progress: Progress, *, verbose: bool) -> None:
        self.progress = progress
        self._verbose = verbose
        self._results: dict[str, Result | None] = {}
        self._children: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()

    @property
    def results(self) -> list[Result]:
        return [result for result in self._results.values() if result is not None]

    def run(
        self, command: Sequence[str | Path], *, cwd: Path = BACKEND, env: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run a command and return its exit status and all of its output."""
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        with self._lock:
            self._children.add(child)
        try:
            output, _ = child.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(child)
            output = child.communicate()[0] + f"\nstopped after {COMMAND_SECONDS:.0f} s"
        finally:
            with self._lock:
                self._children.discard(child)
        return child.returncode, output

    def step(self, name: str, work: Callable[[], Result]) -> Result:
        """Run one step. An exception counts as its failure."""
        self._results[name] = None
        self.progress.begin(name)
        begun = time.monotonic()
        try:
            result = work()
        except Exception as error:  # noqa: BLE001
            result = of_check(name, 1, f"{type(error).__name__}: {error}")
        result = timed(result, time.monotonic() - begun)
        self._results[name] = result
        self._show(result)
        return result

    def check(
        self, name: str, command: Sequence[str | Path], *, cwd: Path = BACKEND, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run a step that passes if its command succeeds."""
        return self.step(name, lambda: of_check(name, *self.run(command, cwd=cwd, env=env)))

    def end_children(self) -> None:
        with self._lock:
            for child in self._children:
                _kill(child)

    def _show(self, result: Result) -> None:
        if result.reason:
            self.progress.skipped(result.name, result.reason)
        elif result.is_failure:
            self.progress.failed(result.name)
        else:
            self.progress.done(result.name, f"{result.passed} passed" if result.passed > 1 else "")
        if (result.is_failure or self._verbose) and result.output.strip():
            self.progress.line(_indented(result.output))


def _kill(child: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _indented(text: str) -> str:
    """Return the lines, without those that only show pytest's progress."""
    return "\n".join(f"        {line}" for line in text.strip().splitlines() if not _PROGRESS.fullmatch(line))
