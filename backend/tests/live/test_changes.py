"""Who is notified of which change (AZ-04)."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import Table, delete, insert, text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.ids import new_id
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.live.conftest import OpenTab
from tests.live.notes import create_note, notes, row
from tests.users.factories import create_user

V1 = "/api/v1"


async def rename(session: AsyncSession, user_id: uuid.UUID) -> None:
    """Make a change of the topic `users`. An unwanted notification would arrive before it."""
    await session.exec(update(User).where(col(User.id) == user_id).values(full_name=str(new_id())))
    await session.commit()


@pytest.mark.parametrize("change", [insert, update, delete])
async def test_owner_is_notified_of_each_kind_of_change(
    session: AsyncSession, open_tab: OpenTab, change: Callable[[Table], Any]
) -> None:
    user, headers = await signed_in_user(session)
    await create_note(session, user.id)
    statement = change(notes) if change is delete else change(notes).values(row(user.id))
    async with open_tab(headers) as tab:
        await session.exec(statement)
        await session.commit()
        assert await tab.topic() == "notes"


async def test_all_tabs_of_the_owner_are_notified(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as first, open_tab(headers) as second:
        await create_note(session, user.id)
        assert [await first.topic(), await second.topic()] == ["notes", "notes"]


async def test_change_of_another_user_is_not_notified(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    async with open_tab(headers) as tab:
        await create_note(session, other.id)
        await rename(session, other.id)
        await rename(session, user.id)
        assert await tab.topic() == "users"


async def test_superuser_is_notified_of_all_changes(session: AsyncSession, open_tab: OpenTab) -> None:
    _, headers = await signed_in_superuser(session)
    async with open_tab(headers) as tab:
        other = await create_user(session)
        assert await tab.topic() == "users"
        await create_note(session, other.id)
        assert await tab.topic() == "notes"


@pytest.mark.parametrize("is_superuser", [False, True])
async def test_current_role_decides(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab, is_superuser: bool
) -> None:
    _, admin = await signed_in_superuser(session)
    other = await create_user(session)
    user, headers = await signed_in_user(session, is_superuser=not is_superuser)
    async with open_tab(headers) as tab:
        await live.patch(f"{V1}/users/{user.id}", headers=admin, json={"is_superuser": is_superuser})
        assert await tab.topic() == "users"  # the user's own row
        await create_note(session, other.id)
        await rename(session, user.id)
        assert await tab.topic() == ("notes" if is_superuser else "users")


async def test_role_lost_in_the_same_transaction_counts(session: AsyncSession, open_tab: OpenTab) -> None:
    """A notification from before the loss is not delivered after it."""
    other = await create_user(session)
    user, headers = await signed_in_superuser(session)
    async with open_tab(headers) as tab:
        await session.exec(insert(notes).values(row(other.id)))
        await session.exec(update(User).where(col(User.id) == user.id).values(is_superuser=False))
        await session.commit()
        assert await tab.topic() == "users"
        await create_note(session, user.id)
        assert await tab.topic() == "notes"


async def test_nothing_is_notified_before_the_commit(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        user_id = user.id
        await session.exec(insert(notes).values(row(user_id)))
        await session.rollback()
        await rename(session, user_id)
        assert await tab.topic() == "users"


async def test_statement_without_an_effect_is_not_notified(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        await session.exec(delete(notes).where(notes.c.owner_id == user.id))
        await session.commit()
        await rename(session, user.id)
        assert await tab.topic() == "users"


async def test_bulk_statement_notifies_each_owner(session: AsyncSession, open_tab: OpenTab) -> None:
    (one, first), (two, second), (bystander, third) = [await signed_in_user(session) for _ in range(3)]
    async with open_tab(first) as tab, open_tab(second) as other_tab, open_tab(third) as silent:
        connection = await session.connection()
        await connection.execute(insert(notes), [row(owner.id) for owner in (one, two) for _ in range(500)])
        await session.commit()
        assert [await tab.topic(), await other_tab.topic()] == ["notes", "notes"]
        await session.exec(delete(notes))
        await session.commit()
        assert [await tab.topic(), await other_tab.topic()] == ["notes", "notes"]
        await rename(session, bystander.id)
        assert await silent.topic() == "users"


async def test_change_of_owner_notifies_both(session: AsyncSession, open_tab: OpenTab) -> None:
    (one, first), (two, second) = [await signed_in_user(session) for _ in range(2)]
    await create_note(session, one.id)
    async with open_tab(first) as tab, open_tab(second) as other_tab:
        await session.exec(update(notes).values(owner_id=two.id))
        await session.commit()
        assert [await tab.topic(), await other_tab.topic()] == ["notes", "notes"]


async def test_change_of_very_many_owners_notifies_everybody(session: AsyncSession, open_tab: OpenTab) -> None:
    """One message cannot list that many owners, so it lists none."""
    _, headers = await signed_in_user(session)
    owners = [await create_user(session) for _ in range(101)]
    async with open_tab(headers) as tab:
        connection = await session.connection()
        insertion = text("INSERT INTO notes (id, owner_id, title) SELECT gen_random_uuid(), o, 'x'")
        await connection.execute(
            text(f"{insertion.text} FROM unnest(cast(:owners AS uuid[])) o"), {"owners": [each.id for each in owners]}
        )
        await session.commit()
        assert await tab.topic() == "notes"


async def test_cascade_is_notified(session: AsyncSession, live: AsyncClient, open_tab: OpenTab) -> None:
    _, headers = await signed_in_superuser(session)
    owner = await create_user(session)
    for _ in range(2):
        await create_note(session, owner.id)
    async with open_tab(headers) as tab:
        assert (await live.delete(f"{V1}/users/{owner.id}", headers=headers)).status_code == 200
        assert {await tab.topic(), await tab.topic()} == {"notes", "users"}


async def test_sign_in_and_sign_out_are_not_notified(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab
) -> None:
    """Sessions are shown to nobody, not even to superusers."""
    user, headers = await signed_in_superuser(session)
    _, other = await signed_in_user(session)
    async with open_tab(headers) as tab:
        _, another = await signed_in_superuser(session)
        assert await tab.topic() == "users"
        for each in (other, another):
            assert (await live.post(f"{V1}/login/logout", headers=each)).status_code == 200
        await create_note(session, user.id)
        assert await tab.topic() == "notes"


async def test_rapid_changes_are_combined(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    user_id = user.id
    async with open_tab(headers) as tab:
        for _ in range(50):
            await create_note(session, user_id)
        await rename(session, user_id)
        topics = [await tab.topic()]
        while topics[-1] != "users":
            topics.append(await tab.topic())
        assert 1 <= topics.count("notes") < 25
