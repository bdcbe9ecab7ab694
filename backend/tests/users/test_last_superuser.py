"""There is always at least one active superuser (AZ-05)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.users.factories import create_user

USERS = "/api/v1/users/"
LOSSES = [{"is_superuser": False}, {"is_active": False}, {"is_active": False, "is_superuser": False}]


@pytest.mark.parametrize("loss", LOSSES)
async def test_last_active_superuser_cannot_be_removed(
    client: AsyncClient, session: AsyncSession, loss: dict[str, bool]
) -> None:
    superuser, headers = await signed_in_superuser(session)
    await create_user(session, is_superuser=True, is_active=False)  # does not count
    await create_user(session)
    response = await client.patch(f"{USERS}{superuser.id}", headers=headers, json=loss)
    assert problem(response) == (409, "CONF_001")
    await session.refresh(superuser)
    assert (superuser.is_superuser, superuser.is_active) == (True, True)


async def test_refused_update_changes_no_other_field(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    body = {"is_superuser": False, "full_name": "Changed"}
    await client.patch(f"{USERS}{superuser.id}", headers=headers, json=body)
    await session.refresh(superuser)
    assert superuser.full_name is None


@pytest.mark.parametrize("loss", LOSSES)
async def test_superuser_can_step_down_when_there_is_another(
    client: AsyncClient, session: AsyncSession, loss: dict[str, bool]
) -> None:
    superuser, headers = await signed_in_superuser(session)
    await create_user(session, is_superuser=True)
    assert (await client.patch(f"{USERS}{superuser.id}", headers=headers, json=loss)).status_code == 200


async def test_superuser_can_delete_another(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session, is_superuser=True)
    assert (await client.delete(f"{USERS}{other.id}", headers=headers)).status_code == 200


async def test_inactive_superuser_can_be_demoted(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session, is_superuser=True, is_active=False)
    response = await client.patch(f"{USERS}{other.id}", headers=headers, json={"is_superuser": False})
    assert response.status_code == 200


async def test_other_fields_of_the_last_superuser_can_change(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    body = {"full_name": "Root", "is_superuser": True, "is_active": True}
    response = await client.patch(f"{USERS}{superuser.id}", headers=headers, json=body)
    assert (response.status_code, response.json()["full_name"]) == (200, "Root")


@pytest.fixture
async def superusers(live: AsyncClient) -> list[tuple[User, Headers]]:
    """Create the only two superusers."""
    async with db.WriteSession() as session:
        return [await signed_in_superuser(session) for _ in range(2)]


Send = Callable[[], Coroutine[Any, Any, Response]]


async def send_concurrently(superusers: list[tuple[User, Headers]], *sends: Send) -> None:
    """Let both requests wait for the same lock, then release it. One of them must fail.

    The failing request violates the rule, or its user has lost their permissions.
    """
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        for user, _ in superusers:
            await session.get(User, user.id, with_for_update=True)
        requests = [group.create_task(send()) for send in sends]
        await until_waiting(2)
        await session.commit()
    responses = [request.result() for request in requests]
    success, failure = sorted(response.status_code for response in responses)
    assert success == 200
    assert failure in (401, 403, 409), [response.text for response in responses]
    async with db.WriteSession() as session:
        active = select(func.count()).where(col(User.is_superuser), col(User.is_active))
        assert (await session.exec(active)).one() == 1


@pytest.mark.parametrize(
    ("method", "body"), [("DELETE", None), ("PATCH", {"is_superuser": False}), ("PATCH", {"is_active": False})]
)
async def test_two_superusers_cannot_remove_each_other(
    live: AsyncClient, superusers: list[tuple[User, Headers]], method: str, body: dict[str, Any] | None
) -> None:
    (ada, ada_headers), (bob, bob_headers) = superusers
    await send_concurrently(
        superusers,
        lambda: live.request(method, f"{USERS}{bob.id}", headers=ada_headers, json=body),
        lambda: live.request(method, f"{USERS}{ada.id}", headers=bob_headers, json=body),
    )


async def test_two_superusers_cannot_bulk_delete_each_other(
    live: AsyncClient, superusers: list[tuple[User, Headers]]
) -> None:
    (ada, ada_headers), (bob, bob_headers) = superusers
    async with db.WriteSession() as session:
        others = [str((await create_user(session)).id) for _ in range(2)]
    await send_concurrently(
        superusers,
        lambda: live.post(f"{USERS}bulk-delete", headers=ada_headers, json={"ids": [others[0], str(bob.id)]}),
        lambda: live.post(f"{USERS}bulk-delete", headers=bob_headers, json={"ids": [str(ada.id), others[1]]}),
    )


@pytest.mark.parametrize("loss", LOSSES[:2])
async def test_two_superusers_cannot_step_down_concurrently(
    live: AsyncClient, superusers: list[tuple[User, Headers]], loss: dict[str, bool]
) -> None:
    (ada, ada_headers), (bob, bob_headers) = superusers
    await send_concurrently(
        superusers,
        lambda: live.patch(f"{USERS}{ada.id}", headers=ada_headers, json=loss),
        lambda: live.patch(f"{USERS}{bob.id}", headers=bob_headers, json=loss),
    )
