"""A write that waited checks session and permissions again under lock (AZ-09, PW-05)."""

import ast
import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import col, func, select

from app.auth import crud
from app.auth.models import UserSession
from app.core.database import session as db
from app.core.security import passwords
from app.core.security.passwords import verify_password
from app.users import avatars
from app.users import crud as users_crud
from app.users.models import User
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.auth.mailbox import reset_password
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.rules import APP, Function, assert_none, files, functions, short
from tests.security.test_re_recovery import make_token
from tests.users.factories import PASSWORD
from tests.users.pictures import picture, upload

USERS = "/api/v1/users/"
ME = f"{USERS}me"
SLOW, OTHER = "a password that is hashed slowly", "another horse battery"

Change = Callable[[], Awaitable[object]]


class Pause:
    """Holds a request where it waits, until a change by another request has been committed."""

    def __init__(self) -> None:
        self._reached, self._released = asyncio.Event(), asyncio.Event()

    async def wait(self) -> None:
        self._reached.set()
        await self._released.wait()

    async def during(self, request: Coroutine[Any, Any, Response], change: Change) -> Response:
        async with asyncio.timeout(20):
            task = asyncio.create_task(request)
            await self._reached.wait()
            await change()
            self._released.set()
            return await task


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> Pause:
    """Holds requests that hash or verify `SLOW`, or upload a picture."""
    pause, render = Pause(), avatars.render

    def slowly(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def wait_first(password: str, *arguments: Any) -> Any:
            if password == SLOW:
                await pause.wait()
            return await function(password, *arguments)

        return wait_first

    async def render_slowly(file: bytes) -> bytes:
        await pause.wait()
        return await render(file)

    for name in ("hash_password", "verify_password"):
        monkeypatch.setattr(f"app.users.service.{name}", slowly(getattr(passwords, name)))
    monkeypatch.setattr(avatars, "render", render_slowly)
    return pause


async def stored(user: User) -> User:
    async with db.WriteSession() as session:
        return await session.get_one(User, user.id)


async def has_password(user: User, password: str) -> bool:
    return (await verify_password(password, (await stored(user)).hashed_password))[0]


async def test_pw05_reset_ends_a_running_password_change(live: AsyncClient, pause: Pause) -> None:
    async with db.WriteSession() as session:
        user, thief = await signed_in_user(session)
        token = await make_token(session, user)

    async def reset() -> None:
        assert (await reset_password(live, token, OTHER)).status_code == 200

    body = {"current_password": PASSWORD, "new_password": SLOW}
    response = await pause.during(live.patch(f"{ME}/password", headers=thief, json=body), reset)
    assert problem(response) == (401, "AUTH_001")
    assert await has_password(user, OTHER)


@pytest.mark.parametrize("same_session", [True, False])
async def test_pw05_one_current_password_changes_it_once(live: AsyncClient, pause: Pause, same_session: bool) -> None:
    async with db.WriteSession() as session:
        user, first = await signed_in_user(session)
        second = first if same_session else await sign_in(session, user)

    async def change() -> None:
        body = {"current_password": PASSWORD, "new_password": OTHER}
        assert (await live.patch(f"{ME}/password", headers=second, json=body)).status_code == 200

    body = {"current_password": PASSWORD, "new_password": SLOW}
    response = await pause.during(live.patch(f"{ME}/password", headers=first, json=body), change)
    assert problem(response) == ((400, "REQ_001") if same_session else (401, "AUTH_001"))
    assert await has_password(user, OTHER)


@pytest.fixture
async def superusers(live: AsyncClient) -> list[tuple[User, Headers]]:
    async with db.WriteSession() as session:
        return [await signed_in_superuser(session) for _ in range(2)]


LOSSES: dict[str, tuple[dict[str, Any] | None, tuple[int, str]]] = {
    "demoted": ({"is_superuser": False}, (403, "AUTH_002")),
    "deactivated": ({"is_active": False}, (401, "AUTH_001")),
    "password changed": ({"password": OTHER}, (401, "AUTH_001")),
    "deleted": (None, (401, "AUTH_001")),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("way", ["create", "update"])
async def test_az09_superuser_who_lost_access_changes_nothing(
    live: AsyncClient, superusers: list[tuple[User, Headers]], pause: Pause, loss: str, way: str
) -> None:
    (ada, ada_headers), (bob, bob_headers) = superusers
    change, expected = LOSSES[loss]

    async def lose() -> None:
        method = "PATCH" if change else "DELETE"
        assert (await live.request(method, f"{USERS}{ada.id}", headers=bob_headers, json=change)).status_code == 200

    if way == "create":
        body = {"email": "new@example.com", "password": SLOW, "is_superuser": True}
        request = live.post(USERS, headers=ada_headers, json=body)
    else:
        request = live.patch(f"{USERS}{bob.id}", headers=ada_headers, json={"password": SLOW})
    assert problem(await pause.during(request, lose)) == expected
    assert await has_password(bob, PASSWORD)
    async with db.WriteSession() as session:
        created = select(func.count()).where(col(User.email) == "new@example.com")
        assert (await session.exec(created)).one() == 0


async def test_az09_picture_of_an_ended_session_is_discarded(live: AsyncClient, pause: Pause) -> None:
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)

    async def log_out() -> None:
        assert (await live.post("/api/v1/login/logout", headers=headers)).status_code == 200

    assert problem(await pause.during(upload(live, headers, picture()), log_out)) == (401, "AUTH_001")
    assert (await stored(user)).avatar_url is None


@pytest.mark.parametrize("way", ["PATCH", "DELETE", "POST"])
async def test_az09_demotion_wins_over_a_waiting_write(
    live: AsyncClient, superusers: list[tuple[User, Headers]], way: str
) -> None:
    (ada, headers), (bob, _) = superusers
    path = f"{USERS}bulk-delete" if way == "POST" else f"{USERS}{bob.id}"
    body = {"ids": [str(bob.id)]} if way == "POST" else {"full_name": "Changed"}
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        (await session.get_one(User, ada.id)).is_superuser = False
        await session.flush()
        request = group.create_task(live.request(way, path, headers=headers, json=body))
        await until_waiting(1)
        await session.commit()
    assert problem(request.result()) == (403, "AUTH_002")
    assert (await stored(bob)).full_name is None


async def test_az09_session_cannot_end_before_the_commit(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
    async with db.WriteSession() as session:
        session_id = (await session.exec(select(UserSession.id).where(UserSession.user_id == user.id))).one()
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        assert await crud.lock_access(session=session, session_id=session_id) is False
        logout = group.create_task(live.post("/api/v1/login/logout", headers=headers))
        await until_waiting(1)
        assert not logout.done()
        await session.commit()
    assert logout.result().status_code == 200


async def test_az09_users_who_change_each_other_cannot_deadlock(
    live: AsyncClient, superusers: list[tuple[User, Headers]]
) -> None:
    (ada, ada_headers), (bob, bob_headers) = superusers
    for number in range(5):
        responses = await asyncio.gather(
            live.patch(f"{USERS}{bob.id}", headers=ada_headers, json={"full_name": f"{number}"}),
            live.patch(f"{USERS}{ada.id}", headers=bob_headers, json={"full_name": f"{number}"}),
        )
        assert [response.status_code for response in responses] == [200, 200]


async def test_az09_writes_of_one_superuser_run_together(
    live: AsyncClient, superusers: list[tuple[User, Headers]]
) -> None:
    """One that waits, for example for a slow disk, does not delay the others."""
    (ada, headers), (bob, _) = superusers
    async with db.WriteSession() as session:
        await users_crud.lock_users(session=session, user_ids=[], caller_id=ada.id)
        response = await live.patch(f"{USERS}{bob.id}", headers=headers, json={"full_name": "Changed"})
    assert response.status_code == 200


WAITS = {"hash_password", "verify_password", "hash_new_password", "_verify_own_password", "render", "put"}
CONFIRMED = {"lock", "lock_user", "get_user_to_update", "set_avatar_url"}
"""These are given the function of `auth.deps.confirm`."""
OTHER_PROOF = {
    "app/auth/sign_in.py: verify": "returns the hash, which sign_in and reauthenticate compare again",
    "app/auth/verification.py: sign_up": "has no caller",
    "app/auth/verification.py: verify_email": "uses the sign-up, which only one request can delete",
    "app/auth/service.py: reset_password": "uses the token under the lock",
    "app/users/service.py: hash_new_password": "writes nothing",
    "app/users/service.py: _verify_own_password": "writes nothing",
    "app/prestart.py: create_first_superuser": "has no caller",
}


def awaited(function: Function) -> list[tuple[int, str]]:
    """The lines and names of the functions that are awaited."""
    found = []
    for node in ast.walk(function):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            match node.value.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    found.append((node.lineno, name))
    return found


def unconfirmed(path: Path) -> list[str]:
    """The functions that wait, and write afterwards without checking the caller again."""
    found = []
    for function in functions(path):
        names = awaited(function)
        last_wait = max((line for line, name in names if name in WAITS), default=None)
        if last_wait is not None and not any(line > last_wait and name in CONFIRMED for line, name in names):
            found.append(f"{short(path).removeprefix('backend/')}: {function.name}")
    return found


def test_az09_each_write_after_a_wait_is_confirmed() -> None:
    paths = [path for path in files("*.py", APP) if "core" not in path.relative_to(APP).parts]
    found = {each for path in paths for each in unconfirmed(path)}
    assert_none(sorted(f"{each}: lock and check the caller after the last wait" for each in found - OTHER_PROOF.keys()))
    assert OTHER_PROOF.keys() <= found


def test_az09_unconfirmed_write_is_found(tmp_path: Path) -> None:
    module = tmp_path / "service.py"
    module.write_text("async def f():\n    await lock()\n    await hash_password()\n    await write()\n")
    assert unconfirmed(module) == [f"{module.as_posix()}: f"]
