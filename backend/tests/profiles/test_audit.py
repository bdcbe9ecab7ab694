"""The audit log records superusers' changes of profiles, as of all tables."""

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.audit.events import all_events, events_after
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.profiles.factories import create_profile


async def test_superusers_change_is_recorded(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_profile(session, user, first_name="Ada")
    superuser, superuser_headers = await signed_in_superuser(session)
    earlier = await all_events(session)
    await client.patch("/api/v1/profiles/me", headers=headers, json={"last_name": "L"})
    path = f"/api/v1/users/{user.id}/profile"
    await client.patch(path, headers=superuser_headers, json={"document": {"newsletter": True}})
    [event] = await events_after(session, earlier)
    assert (event.action, event.record_id, event.user_id) == ("profile.update", str(user.id), superuser.id)
    assert (event.before, event.after) == ({"document": {}}, {"document": {"newsletter": True}})
