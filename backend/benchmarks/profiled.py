"""The application for `scripts/bench --profile`: served like any other, and sampled when a signal says so.

SIGUSR1 starts to note where the event loop's thread is, at each of the kernel's ticks of CPU time (250 a second on most
machines); the next SIGUSR1 ends that and writes BENCH_PROFILE. A tracing profiler would be wrong here: it loses count
where SQLAlchemy changes greenlets, and makes small Python functions look dear.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import greenlet  # type: ignore[import-untyped]
from starlette.types import Receive, Scope, Send

from app.main import app as application

INTERVAL_SECONDS = 0.001  # less than a tick, so at each of them

_own: Counter[CodeType] = Counter()
_all: Counter[CodeType] = Counter()
_below_the_loop: set[CodeType] = set()


def _stack(frame: FrameType | None) -> Iterator[CodeType]:
    """From the inside out, and on where SQLAlchemy's greenlet was called."""
    current = greenlet.getcurrent()
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back
        if frame is None and current.parent is not None:
            current = current.parent
            frame = current.gr_frame


def _note(_: int, frame: FrameType | None) -> None:
    """A compiled function is not seen: its time is that of the Python function that called it."""
    codes = [code for code in _stack(frame) if code not in _below_the_loop]
    # Without any, the loop has nothing to do. In this file, the last note was still being taken.
    if codes and codes[0].co_filename != __file__:
        _own[codes[0]] += 1
        _all.update(set(codes))


def _toggle() -> None:
    if not _below_the_loop:
        _below_the_loop.update(_stack(sys._getframe(1)))
        signal.signal(signal.SIGPROF, _note)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)
        return
    signal.setitimer(signal.ITIMER_PROF, 0)
    rows = [(code.co_filename, code.co_firstlineno, code.co_qualname, _own[code], _all[code]) for code in _all]
    file = Path(os.environ["BENCH_PROFILE"])
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps(rows), encoding="utf-8")
    unfinished.rename(file)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _toggle)
    await application(scope, receive, send)
