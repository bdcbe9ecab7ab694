"""Show the progress of a script, step by step."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.server.progress import Progress

_TICK_SECONDS = 0.2


class Steps:
    def __init__(self) -> None:
        self._progress = Progress()

    def say(self, text: str) -> None:
        self._progress.line(text)

    @contextmanager
    def step(self, name: str, note: str = "") -> Iterator[None]:
        """Show a step while its block runs. An exception marks it as failed and propagates."""
        over = threading.Event()
        ticker = threading.Thread(target=self._tick_until, args=[over], daemon=True)
        self._progress.begin(name)
        ticker.start()
        try:
            yield
        except BaseException:
            self._progress.failed(name)
            raise
        else:
            self._progress.done(name, note)
        finally:
            over.set()

    def _tick_until(self, over: threading.Event) -> None:
        while not over.wait(_TICK_SECONDS):
            self._progress.tick()
