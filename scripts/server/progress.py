"""Progress output: one line for each finished step, and a live line on a terminal."""

import sys
import threading
import time
from typing import TextIO

QUIET_SECONDS = 2.0


class Progress:
    """Shows concurrent steps; thread-safe. Call `tick` often: it updates the live line, or prints slow steps."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._live = out.isatty()
        self._running: dict[str, float] = {}
        self._announced: set[str] = set()
        self._drawn = ""
        self._lock = threading.RLock()
        if hasattr(out, "reconfigure"):
            out.reconfigure(errors="replace")

    def begin(self, step: str) -> None:
        with self._lock:
            self._running[step] = time.monotonic()
            self.tick()

    def done(self, step: str, note: str = "") -> None:
        """Mark `step` as finished, with an optional `note` beside it."""
        with self._lock:
            seconds = time.monotonic() - self._running.pop(step)
            self.line(f"  ok    {step:<28} {seconds:5.1f} s{'  ' + note if note else ''}")
            self.tick()

    def failed(self, step: str) -> None:
        with self._lock:
            seconds = time.monotonic() - self._running.pop(step)
            self.line(f"  FAIL  {step:<28} {seconds:5.1f} s")
            self.tick()

    def skipped(self, step: str, reason: str) -> None:
        with self._lock:
            self._running.pop(step, None)
            self.line(f"  skip  {step:<28} {reason}")

    def tick(self) -> None:
        with self._lock:
            now = time.monotonic()
            if self._live:
                self._draw(", ".join(f"{step} {now - begun:.0f} s" for step, begun in self._running.items()))
                return
            for step, begun in self._running.items():
                if now - begun > QUIET_SECONDS and step not in self._announced:
                    self._announced.add(step)
                    self.line(f"  ...   {step}")

    def line(self, text: str) -> None:
        """Print a permanent line."""
        with self._lock:
            self._draw("")
            print(text, file=self._out, flush=True)

    def close(self) -> None:
        """Drop the running steps and clear the live line."""
        with self._lock:
            self._running.clear()
            self._draw("")

    def _draw(self, text: str) -> None:
        text = f"  ...   {text}"[:78] if text else ""
        if self._live and text != self._drawn:
            self._out.write(f"\r\033[K{text}")
            self._out.flush()
        self._drawn = text
