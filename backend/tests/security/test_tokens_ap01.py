"""API tokens are shown once, stored as hashes, scoped, expiring and revocable (AP-01)."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.cookies import COOKIE_NAME
from app.auth.crud import hash_token
from app.core.clock import utc_now
from app.tokens.models import ApiToken
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.fixtures import Clock
from tests.tokens.factories import create_token, user_with_token
from tests.users.factories import create_user

V1 = "/api/v1"
ME, USERS, TOKENS = f"{V1}/users/me", f"{V1}/users/", f"{V1}/tokens/"
BODY: dict[str, Any] = {"name": "Backup script", "scopes": ["read"]}
REFUSED, UNKNOWN = (403, "AUTH_002"), (401, "AUTH_001")


async def is_accepted(client: AsyncClient, headers: Headers) -> bool:
    response = await client.get(ME, headers=headers)
    assert response.status_code in (200, 401)
    return response.status_code == 200


async def test_ap01_token_is_shown_once(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    created = (await client.post(TOKENS, headers=headers, json=BODY)).json()
    token = created.pop("token")
    listed = await client.get(TOKENS, headers=headers)
    assert listed.json()["data"] == [created]
    assert created["hint"] == token[-4:]
    assert token not in listed.text
    assert await is_accepted(client, {"Authorization": f"Bearer {token}"})


async def test_ap01_only_its_hash_is_stored(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    token = (await client.post(TOKENS, headers=headers, json=BODY)).json()["token"]
    [row] = (await session.exec(select(ApiToken))).all()
    assert row.token_hash == hash_token(token)
    assert token not in str(row.model_dump())


@pytest.mark.parametrize("change", ["one digit", "one digit less", "one digit more", "prefix only", "other letters"])
async def test_ap01_malformed_token_costs_no_statement(
    client: AsyncClient, session: AsyncSession, statements: list[str], change: str
) -> None:
    _, _, headers = await user_with_token(session)
    token = headers["Authorization"].removeprefix("Bearer ")
    digit = "a" if token[10] != "a" else "b"
    changed = {
        "one digit": token[:10] + digit + token[11:],
        "one digit less": token[:-1],
        "one digit more": f"{token}0",
        "prefix only": "gw_",
        "other letters": token[:10] + "-" + token[11:],
    }[change]
    statements.clear()
    assert problem(await client.get(ME, headers={"Authorization": f"Bearer {changed}"})) == UNKNOWN
    assert statements == []


async def test_ap01_token_costs_one_statement(
    client: AsyncClient, session: AsyncSession, statements: list[str]
) -> None:
    user, _, headers = await user_with_token(session)
    await client.get(ME, headers=headers)  # the day's first request also stores the use
    statements.clear()
    response = await client.get(ME, headers=headers)
    assert (response.json()["id"], len(statements)) == (str(user.id), 1)


@pytest.mark.parametrize("scopes", [("read",), ("write",), ("admin",), ("read", "write")])
async def test_ap01_method_needs_its_scope(client: AsyncClient, session: AsyncSession, scopes: tuple[str, ...]) -> None:
    user, _, headers = await user_with_token(session, *scopes)
    for method in ("GET", "HEAD"):
        response = await client.request(method, ME, headers=headers)
        assert response.status_code == (200 if "read" in scopes else 403)
    response = await client.patch(ME, headers=headers, json={"full_name": "Ada"})
    assert response.status_code == (200 if "write" in scopes else 403)
    await session.refresh(user)
    assert user.full_name == ("Ada" if "write" in scopes else None)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
async def test_ap01_read_token_writes_nothing(client: AsyncClient, session: AsyncSession, method: str) -> None:
    user, _, headers = await user_with_token(session, "read", "admin", is_superuser=True)
    paths = {"POST": USERS, "PATCH": f"{USERS}{user.id}", "PUT": f"{ME}/avatar", "DELETE": f"{USERS}{user.id}"}
    response = await client.request(method, paths[method], headers=headers)
    assert problem(response) == REFUSED


async def test_ap01_superusers_routes_need_scope_admin(client: AsyncClient, session: AsyncSession) -> None:
    other = await create_user(session)
    _, _, headers = await user_with_token(session, "read", "write", is_superuser=True)
    assert problem(await client.get(USERS, headers=headers)) == REFUSED
    assert problem(await client.get(f"{USERS}{other.id}", headers=headers)) == REFUSED
    _, _, headers = await user_with_token(session, "read", "admin", is_superuser=True)
    assert (await client.get(USERS, headers=headers)).status_code == 200
    assert (await client.get(f"{USERS}{other.id}", headers=headers)).status_code == 200


async def test_ap01_only_superusers_give_scope_admin(client: AsyncClient, session: AsyncSession) -> None:
    body = BODY | {"scopes": ["admin"]}
    _, headers = await signed_in_user(session)
    assert problem(await client.post(TOKENS, headers=headers, json=body)) == REFUSED
    _, headers = await signed_in_superuser(session)
    assert (await client.post(TOKENS, headers=headers, json=body)).status_code == 200


async def test_ap01_demoted_superusers_token_loses_admin(client: AsyncClient, session: AsyncSession) -> None:
    user, _, headers = await user_with_token(session, "read", "admin", is_superuser=True)
    assert (await client.get(USERS, headers=headers)).status_code == 200
    user.is_superuser = False
    session.add(user)
    await session.commit()
    assert problem(await client.get(USERS, headers=headers)) == REFUSED
    assert await is_accepted(client, headers)


async def test_ap01_deactivated_users_token_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user, _, headers = await user_with_token(session)
    for is_active in (True, False, True):
        user.is_active = is_active
        session.add(user)
        await session.commit()
        assert await is_accepted(client, headers) is is_active


async def test_ap01_token_of_deleted_user_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user, _, headers = await user_with_token(session)
    await session.delete(user)
    await session.commit()
    assert not await is_accepted(client, headers)


async def test_ap01_expired_token_is_refused(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    _, own_headers = await signed_in_user(session)
    created = (await client.post(TOKENS, headers=own_headers, json=BODY | {"expires_in_days": 1})).json()
    headers = {"Authorization": f"Bearer {created['token']}"}
    clock.advance(timedelta(days=1, microseconds=-1))
    assert await is_accepted(client, headers)
    clock.advance(timedelta(microseconds=1))
    assert not await is_accepted(client, headers)


async def test_ap01_revoked_token_is_refused_immediately(client: AsyncClient, session: AsyncSession) -> None:
    user, api_token, headers = await user_with_token(session)
    _, kept = await create_token(session, user)
    assert await is_accepted(client, headers)
    response = await client.delete(f"{TOKENS}{api_token.id}", headers=await sign_in(session, user))
    assert (response.status_code, response.json()) == (200, {"message": "API token revoked"})
    assert [await is_accepted(client, each) for each in (headers, kept)] == [False, True]


async def test_ap01_token_of_another_user_is_not_found(client: AsyncClient, session: AsyncSession) -> None:
    _, api_token, headers = await user_with_token(session)
    _, stranger = await signed_in_user(session)
    assert problem(await client.delete(f"{TOKENS}{api_token.id}", headers=stranger)) == (404, "NOT_001")
    assert (await client.get(TOKENS, headers=stranger)).json()["data"] == []
    assert await is_accepted(client, headers)


async def test_ap01_creation_needs_a_recent_session(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    _, headers = await signed_in_user(session)
    clock.advance(timedelta(minutes=10, microseconds=1))
    response = await client.post(TOKENS, headers=headers, json=BODY)
    assert problem(response) == (403, "AUTH_REAUTHENTICATION_REQUIRED")
    assert (await session.exec(select(ApiToken))).all() == []


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("DELETE", "{id}")])
async def test_ap01_tokens_manage_no_tokens(client: AsyncClient, session: AsyncSession, method: str, path: str) -> None:
    _, api_token, headers = await user_with_token(session, "read", "write", "admin", is_superuser=True)
    response = await client.request(method, TOKENS + path.format(id=api_token.id), headers=headers, json=BODY)
    assert problem(response) == REFUSED


async def test_ap01_cookie_and_query_are_no_way(client: AsyncClient, session: AsyncSession) -> None:
    _, _, headers = await user_with_token(session)
    token = headers["Authorization"].removeprefix("Bearer ")
    for way in ({"headers": {"Cookie": f"{COOKIE_NAME}={token}"}}, {"params": {"access_token": token}}):
        assert problem(await client.get(ME, **way)) == UNKNOWN  # type: ignore[arg-type]


async def test_ap01_session_cookie_rescues_no_token(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    cookie = headers["Authorization"].removeprefix("Bearer ")
    _, revoked = await create_token(session, user, expires_at=utc_now())
    both = {"Cookie": f"{COOKIE_NAME}={cookie}", **revoked}
    assert problem(await client.get(ME, headers=both)) == UNKNOWN


@pytest.mark.parametrize("path", ["{id}", ""])
async def test_ap01_superuser_revokes_tokens_of_users(client: AsyncClient, session: AsyncSession, path: str) -> None:
    user, api_token, headers = await user_with_token(session)
    _, other, kept = await user_with_token(session)
    _, superuser = await signed_in_superuser(session)
    of_user = f"{USERS}{user.id}/tokens/"
    listed = (await client.get(of_user, headers=superuser)).json()["data"]
    assert [each["id"] for each in listed] == [str(api_token.id)]
    assert problem(await client.delete(f"{of_user}{other.id}", headers=superuser)) == (404, "NOT_001")
    response = await client.delete(of_user + path.format(id=api_token.id), headers=superuser)
    assert response.status_code == 200
    assert [await is_accepted(client, each) for each in (headers, kept)] == [False, True]
