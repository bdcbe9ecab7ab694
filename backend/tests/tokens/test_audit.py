"""The audit log records tokens, without their secrets, and the changes made by them."""

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.audit.events import all_events, events_after
from tests.auth.factories import signed_in_user
from tests.tokens.factories import user_with_token

TOKENS = "/api/v1/tokens/"


async def test_created_and_revoked_tokens_are_recorded(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    earlier = await all_events(session)
    body = {"name": "Backup script", "scopes": ["read"]}
    created = (await client.post(TOKENS, headers=headers, json=body)).json()
    await client.delete(f"{TOKENS}{created['id']}", headers=headers)
    events = [each for each in await events_after(session, earlier) if each.record_type == "api_token"]
    assert [each.action for each in events] == ["api_token.create", "api_token.delete"]
    assert {each.user_id for each in events} == {user.id}
    assert events[0].after is not None
    assert events[0].after["name"] == "Backup script"
    assert events[0].after["token_hash"] == "***"


async def test_change_by_a_token_says_so(client: AsyncClient, session: AsyncSession) -> None:
    user, _, headers = await user_with_token(session, "write", is_superuser=True)
    earlier = await all_events(session)
    assert (await client.patch("/api/v1/users/me", headers=headers, json={"full_name": "Ada"})).status_code == 200
    [event] = await events_after(session, earlier)  # none of the token's use
    assert (event.user_id, event.principal, event.action) == (user.id, "api_token", "user.update")
