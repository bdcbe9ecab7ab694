"""Keys are rotated and retired by a command, while several processes run (JW-05)."""

import asyncio
import base64
import json
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import select

from app.core.database.session import transaction
from app.core.errors import Conflict, NotAuthenticated, NotFound, Unavailable
from app.core.security import key_ring, stored_keys
from app.core.security.key_material import derive_key
from app.core.security.key_ring import RELOAD_SECONDS, KeyRing
from app.core.security.stored_keys import PUBLISHED_BEFORE, StoredKey, load_keys
from app.core.settings import settings
from tests.fixtures import Clock
from tests.security.keys import LIFETIME, Process, retire, rotate

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def no_spacing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "SPACING_SECONDS", 0)


@pytest.fixture
async def processes(live: AsyncClient, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Two processes that have just started with an empty table of keys."""
    clock.freeze()
    started = [Process(monkeypatch) for _ in range(2)]
    for process in started:
        await process.ring.reload()
    clock.advance(SECOND)
    return started


async def stored() -> list[StoredKey]:
    async with transaction() as session:
        return list((await session.exec(select(StoredKey).order_by(StoredKey.signs_from))).all())  # type: ignore[arg-type]


async def test_jw05_first_key_accepts_earlier_tokens(processes: list[Process]) -> None:
    """Releases before the table have signed with it."""
    [key] = await stored()
    assert key.id == derive_key(settings.SECRET_KEY.get_secret_value()).id
    assert [process.key_ids() for process in processes] == [[key.id]] * 2


async def test_jw05_processes_create_one_first_key(live: AsyncClient) -> None:
    loaded = await asyncio.gather(*(load_keys() for _ in range(6)))
    [key] = await stored()
    assert {each.key.id for keys in loaded for each in keys} == {key.id}


async def test_jw05_new_key_signs_after_its_publication(processes: list[Process], clock: Clock) -> None:
    one, _ = processes
    [old] = one.key_ids()
    new = await rotate()
    await one.ring.reload()
    assert one.key_ids() == [old, new]
    clock.advance(PUBLISHED_BEFORE - SECOND)
    assert one.ring.signing_key().id == old
    clock.advance(SECOND)
    assert one.ring.signing_key().id == new


async def test_jw05_old_key_stays_for_its_last_token(processes: list[Process], clock: Clock) -> None:
    one, other = processes
    await rotate()
    clock.advance(PUBLISHED_BEFORE - SECOND)
    last = one.sign()
    await other.ring.reload()
    clock.advance(LIFETIME - SECOND)
    await other.ring.reload()
    other.decode(last)
    clock.advance(timedelta(minutes=6))
    assert len(other.key_ids()) == 1
    await one.ring.reload()
    assert len(one.key_ids()) == 1


async def test_jw05_rotation_refuses_no_token(processes: list[Process], clock: Clock) -> None:
    """Through three rotations, with processes that reload at different times and know nothing of each other."""
    step = timedelta(seconds=20)
    issued: list[tuple[int, str]] = []
    signed_with = set()
    for n in range(240):
        if n in (20, 90, 160):
            await rotate()
        for index, process in enumerate(processes):
            if n % int(RELOAD_SECONDS / 20) == index:
                await process.ring.reload()
            issued.append((n, process.sign(lifetime=timedelta(minutes=20))))
            signed_with.add(process.ring.signing_key().id)
        issued = [(since, token) for since, token in issued if (n - since) < 59]
        for process in processes:
            for _, token in (*issued[:2], *issued[-2:]):
                process.decode(token)
        clock.advance(step)
    assert len(signed_with) == 4


async def test_jw05_unknown_key_of_another_process_is_read(processes: list[Process]) -> None:
    one, other = processes
    await rotate(now=True)
    await one.ring.reload()
    token = one.sign()
    with pytest.raises(NotAuthenticated):
        other.decode(token)
    await other.verify(token)


async def test_jw05_retired_key_ends_its_tokens(processes: list[Process], clock: Clock) -> None:
    one, other = processes
    [old] = one.key_ids()
    token = one.sign()
    for process in processes:
        process.decode(token)  # from here on, both have cached it
    await rotate(now=True)
    with pytest.raises(Conflict, match="Some processes can still sign with this key"):
        await retire(old)
    clock.advance(timedelta(seconds=RELOAD_SECONDS + 5))
    await retire(old)
    for process in (one, other):
        await process.ring.reload()
        with pytest.raises(NotAuthenticated):
            process.decode(token)
        process.decode(one.sign())


async def test_jw05_signing_key_cannot_be_retired(processes: list[Process]) -> None:
    [old] = processes[0].key_ids()
    with pytest.raises(Conflict, match="This key signs now"):
        await retire(old)
    new = await rotate()
    with pytest.raises(Conflict, match="This key signs now"):
        await retire(old)
    await retire(new)
    assert [key.retires_at for key in await stored() if key.id == old] == [None]


async def test_jw05_unknown_key_cannot_be_retired(processes: list[Process]) -> None:
    with pytest.raises(NotFound, match="There is no key"):
        await retire("0" * 16)


async def test_jw05_second_rotation_waits_for_the_first(processes: list[Process]) -> None:
    await rotate()
    with pytest.raises(Conflict, match="already waits"):
        await rotate()


async def test_jw05_immediate_rotation_replaces_a_waiting_key(processes: list[Process], clock: Clock) -> None:
    waiting = await rotate()
    new = await rotate(now=True)
    clock.advance(PUBLISHED_BEFORE * 2)
    await processes[0].ring.reload()
    assert processes[0].ring.signing_key().id == new
    assert waiting not in processes[0].key_ids()


async def test_jw05_concurrent_rotations_create_one_key(processes: list[Process]) -> None:
    results = await asyncio.gather(*(rotate() for _ in range(4)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 3 + ["str"]
    assert len(await stored()) == 2


async def test_jw05_strangers_cause_few_reloads(processes: list[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "SPACING_SECONDS", 0.2)
    one, _ = processes
    before, token = one.loads, one.sign()
    header = derive_key("a stranger's secret of any length").id

    async def guess(n: int) -> None:
        await asyncio.sleep(n / 100)
        with pytest.raises(NotAuthenticated):
            await one.verify(_with_key_id(token, f"{n:04x}{header[4:]}"))

    await asyncio.gather(*(guess(n) for n in range(50)))
    assert 1 <= one.loads - before <= 5


@pytest.mark.parametrize("key_id", ["", "short", "x" * 16, "0" * 17, "../../dev/null", 1, None])
async def test_jw05_impossible_key_id_causes_no_reload(processes: list[Process], key_id: object) -> None:
    one, _ = processes
    before, token = one.loads, _with_key_id(one.sign(), key_id)
    with pytest.raises(NotAuthenticated):
        await one.verify(token)
    assert one.loads == before


async def test_jw05_unreadable_keys_are_503_not_401(processes: list[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    """A 401 would sign out users whose token is valid."""
    one, other = processes
    await rotate(now=True)
    await one.ring.reload()
    new, old = one.sign(), other.sign()
    monkeypatch.setattr(stored_keys, "load_keys", _fail)
    with pytest.raises(Unavailable):
        await other.verify(new)
    await other.verify(old)


async def test_jw05_no_token_is_signed_without_keys() -> None:
    ring = KeyRing(_fail, lambda: None)
    with pytest.raises(Unavailable):
        await ring.reload()
    with pytest.raises(Unavailable):
        ring.signing_key()


@pytest.mark.parametrize("algorithm", ["RS256", "HS256"])
async def test_jw05_another_algorithm_is_a_rotation(
    processes: list[Process], clock: Clock, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    one, other = processes
    token = one.sign()
    monkeypatch.setattr(settings, "JWT_ALGORITHM", algorithm)
    for _ in range(2):  # the second time, a key already waits
        async with transaction() as session:
            await stored_keys.follow_algorithm(session=session, token_lifetime=LIFETIME)
    await one.ring.reload()
    clock.advance(PUBLISHED_BEFORE)
    assert one.ring.signing_key().algorithm == algorithm
    for each in (token, one.sign()):
        await other.verify(each)
    assert len(await stored()) == 2


async def _fail() -> list[key_ring.TimedKey]:
    raise OSError("The database cannot be reached")


def _with_key_id(token: str, key_id: object) -> str:
    header, _, rest = token.partition(".")
    fields = json.loads(base64.urlsafe_b64decode(header + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**fields, "kid": key_id}).encode()).rstrip(b"=").decode()
    return f"{changed}.{rest}"
