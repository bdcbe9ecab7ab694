"""Pictures are rendered by processes with limits, which end with the request."""

import asyncio
import os
import sys
import time
import uuid
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Invalid, TooManyRequests, Unavailable
from app.users import avatars, render_avatar
from tests.auth.factories import signed_in_user
from tests.core.answers import fields, problem
from tests.core.callers import act_as
from tests.users.pictures import many_frames, picture, slow_several_pictures, stored, upload

QUICKLY = 3
"""Seconds, on a busy machine. Without the limits, the pictures here take from ten seconds to a minute."""
HANGS = "import time; time.sleep(60)"
BUSY = f"import runpy; runpy.run_path({render_avatar.__file__!r})['limit_resources']()\nwhile True: pass"
GREEDY = f"import runpy; runpy.run_path({render_avatar.__file__!r})['limit_resources'](); bytearray(2 << 30)"
SHOWS_ENVIRONMENT = "import os, sys; sys.stdout.write(repr(dict(os.environ)))"


def run_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(avatars, "_COMMAND", (sys.executable, "-I", "-c", code))


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


async def until_started(before: set[str]) -> None:
    async with asyncio.timeout(10):
        while children() <= before:  # noqa: ASYNC110 - nothing notifies of a new process
            await asyncio.sleep(0.01)


async def test_slow_picture_is_refused_quickly(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    content = slow_several_pictures()
    started = time.monotonic()
    assert problem(await upload(client, headers, content)) == (422, "VAL_001")
    assert time.monotonic() - started < QUICKLY


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_only_the_first_frame_is_decoded(client: AsyncClient, session: AsyncSession, kind: str) -> None:
    _, headers = await signed_in_user(session)
    content = many_frames(kind)
    started = time.monotonic()
    assert (await upload(client, headers, content)).status_code == 200
    assert time.monotonic() - started < QUICKLY


async def test_process_is_killed_at_its_deadline(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_instead(monkeypatch, HANGS)
    monkeypatch.setattr(avatars, "RENDER_SECONDS", 0.2)
    before = children()
    _, headers = await signed_in_user(session)
    response = await upload(client, headers, picture())
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["file"])
    assert "too long" in response.json()["detail"]
    assert (children(), stored()) == (before, [])


async def test_process_ends_with_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """This is how the server ends requests at a disconnect, a timeout and the shutdown."""
    run_instead(monkeypatch, HANGS)
    before = children()
    request = asyncio.create_task(avatars.render(picture()))
    await until_started(before)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert children() == before


@pytest.mark.parametrize("code", [BUSY, GREEDY], ids=["busy", "greedy"])
async def test_process_has_little_time_and_memory(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(avatars, "RENDER_SECONDS", 60)
    run_instead(monkeypatch, code)
    async with asyncio.timeout(30):
        with pytest.raises(Invalid, match="not a readable image"):
            await avatars.render(picture())


async def test_process_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    run_instead(monkeypatch, SHOWS_ENVIRONMENT)
    shown = (await avatars.render(picture())).decode()
    assert "SECRET" not in shown
    assert set(eval(shown)) <= {"LD_LIBRARY_PATH", "LC_CTYPE"}  # noqa: S307 - the output of the line above


async def test_full_queue_is_503_with_retry_after(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = await signed_in_user(session)
    run_instead(monkeypatch, HANGS)
    before = children()
    requests = [asyncio.create_task(avatars.render(picture())) for _ in range(avatars.PROCESSES + avatars.QUEUE_SIZE)]
    await until_started(before)
    response = await upload(client, headers, picture())
    assert (problem(response), response.headers["retry-after"]) == ((503, "UNAV_001"), "1")
    assert len(children() - before) <= avatars.PROCESSES
    for request in requests:
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    monkeypatch.undo()
    assert (await upload(client, headers, picture())).status_code == 200


async def test_upload_does_not_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    run_instead(monkeypatch, HANGS)
    monkeypatch.setattr(avatars, "QUEUE_SECONDS", 0.1)
    requests = [asyncio.create_task(avatars.render(picture())) for _ in range(avatars.PROCESSES)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await avatars.render(picture())
    for request in requests:
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)


async def render_for(user: uuid.UUID) -> bytes:
    act_as(user)
    return await avatars.render(picture())


async def test_r05_slow_pictures_leave_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    run_instead(monkeypatch, HANGS)
    before, user = children(), uuid.uuid4()
    requests = [asyncio.create_task(render_for(user)) for _ in range(5)]
    await until_started(before)
    assert [isinstance(each.exception(), TooManyRequests) for each in requests if each.done()] == [True]
    monkeypatch.undo()
    other = await asyncio.create_task(render_for(uuid.uuid4()))
    assert other.startswith(b"RIFF")
    for request in requests:
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    assert children() == before


async def test_program_runs_outside_the_application() -> None:
    """Neither the working directory nor the environment matters, as in a read-only container."""
    process = await asyncio.create_subprocess_exec(
        *avatars._COMMAND,
        cwd="/",
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    rendered, _ = await process.communicate(picture())
    assert process.returncode == 0
    assert rendered.startswith(b"RIFF")
