"""Jobs for the tests of real workers. They write to a file, because that survives any end of the process."""

import asyncio
from pathlib import Path

import structlog

from app.core.jobs import GiveUp, job

logger = structlog.get_logger(__name__)


def note(file: str, line: str) -> int:
    """Add a line, and return how many the file has."""
    with Path(file).open("a+", encoding="utf-8") as ledger:
        ledger.write(f"{line}\n")
        ledger.seek(0)
        return len(ledger.readlines())


@job()
async def add(*, file: str, line: str) -> None:
    note(file, line)


@job()
async def start_and_end(*, file: str, seconds: float) -> None:
    is_first = note(file, "start") == 1
    logger.info("between")
    await asyncio.sleep(seconds if is_first else 0)
    note(file, "end")


@job()
async def give_up(*, secret: str) -> None:
    raise GiveUp("on purpose")


@job()
async def do_nothing() -> None:
    pass
