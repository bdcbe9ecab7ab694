"""The application for `scripts/bench --profile`: served as usual, and sampled between two signals.

SIGUSR1 starts to sample the stack of the event loop's thread, at each of the kernel's ticks of CPU time (250 a second
on most machines). The next SIGUSR1 stops this and writes BENCH_PROFILE. A tracing profiler would be wrong here: it
miscounts when SQLAlchemy switches greenlets, and overstates the cost of small Python functions.
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

INTERVAL_SECONDS = 0.001  # shorter than a tick, so that each tick is sampled

_own: Counter[CodeType] = Counter()
_all: Counter[CodeType] = Counter()
_below_the_loop: set[CodeType] = set()


def _stack(frame: FrameType | None) -> Iterator[CodeType]:
    """Yield the stack from the innermost frame, across the switches of SQLAlchemy's greenlets."""
    current = greenlet.getcurrent()
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back
        if frame is None and current.parent is not None:
            current = current.parent
            frame = current.gr_frame


def _sample(_: int, frame: FrameType | None) -> None:
    """Count the current stack. Compiled functions are not visible; their time counts for their Python caller."""
    codes = [code for code in _stack(frame) if code not in _below_the_loop]
    # No codes: the loop is idle. This file: the previous sample was still being taken.
    if codes and codes[0].co_filename != __file__:
        _own[codes[0]] += 1
        _all.update(set(codes))


def _toggle() -> None:
    if not _below_the_loop:
        _below_the_loop.update(_stack(sys._getframe(1)))
        signal.signal(signal.SIGPROF, _sample)
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
