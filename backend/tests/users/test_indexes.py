"""The indexes behind the search and the filters of the list of users."""

from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.users import crud
from app.users.models import UsersParams
from tests.core.test_lists import explained


@pytest.mark.parametrize(
    ("params", "indexes"),
    [
        ({"is_superuser": True}, ["ix_users_superusers"]),
        ({"is_active": False}, ["ix_users_inactive"]),
        ({"q": "lovelace"}, ["ix_users_email_search", "ix_users_full_name_search"]),
    ],
)
async def test_rare_users_are_found_by_index(session: AsyncSession, params: dict[str, Any], indexes: list[str]) -> None:
    source = await explained(session)
    await source.connection.execute("SET LOCAL enable_bitmapscan = on")
    await source.connection.execute("SET LOCAL enable_indexscan = off" if "q" in params else "SELECT 1")
    await crud.read_users(session=source.session, params=UsersParams(**params))
    count = source.plans[0].partition("Limit")[2]
    assert [index for index in indexes if index not in count] == []
