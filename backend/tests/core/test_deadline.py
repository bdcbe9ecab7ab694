"""The deadline behaves like `asyncio.timeout()`."""

import asyncio

import pytest

from app.core.http.deadline import Deadline, _timer


async def test_block_ends_with_a_timeout_error() -> None:
    with pytest.raises(TimeoutError), Deadline(0.01):
        await asyncio.Event().wait()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_fast_block_is_not_cancelled() -> None:
    with Deadline(0.01):
        await asyncio.sleep(0)
    await asyncio.sleep(0.6)  # the timer has checked


@pytest.mark.parametrize("seconds", [60, None])
async def test_restarted_deadline_counts_again(seconds: float | None) -> None:
    with Deadline(0.01) as deadline:
        deadline.restart(seconds)
        await asyncio.sleep(0.6)


async def test_cancellation_by_others_is_kept() -> None:
    async def wait() -> None:
        with Deadline(60):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_only_expired_blocks_are_cancelled() -> None:
    async def wait(seconds: float) -> str:
        try:
            with Deadline(seconds):
                await asyncio.sleep(0.6)
        except TimeoutError:
            return "expired"
        return "done"

    assert list(await asyncio.gather(wait(0.01), wait(60), wait(0.01))) == ["expired", "done", "expired"]


def test_timer_serves_the_next_event_loop() -> None:
    async def short() -> None:
        with Deadline(60):
            pass

    async def expire() -> None:
        with pytest.raises(TimeoutError), Deadline(0.01):
            await asyncio.Event().wait()

    asyncio.run(short())  # its timer never runs
    asyncio.run(expire())


async def test_timer_stops_without_deadlines() -> None:
    with Deadline(60):
        pass
    await asyncio.sleep(0.6)
    assert _timer._loop is None
