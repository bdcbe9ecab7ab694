"""Which use of a token is stored, and what a request with a token can do."""

import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.deps import confirm, still_allowed
from app.core.database.session import autocommit_session
from app.core.errors import AppError, Forbidden, NotAuthenticated
from app.tokens import crud, service
from app.tokens.models import ApiTokenPrincipal, ApiTokenUse
from tests.auth.factories import Headers
from tests.fixtures import Clock
from tests.tokens.factories import user_with_token

ME = "/api/v1/users/me"
WRITE = "INSERT INTO api_token_uses"


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    service._noted_uses.clear()


async def principal_of(headers: Headers) -> ApiTokenPrincipal:
    found = await crud.get_principal(session=autocommit_session, token=headers["Authorization"].split()[1])
    assert found
    return found


def writes(statements: list[str]) -> int:
    return len([each for each in statements if each.startswith(WRITE)])


async def test_use_is_stored_once_a_day(
    client: AsyncClient, session: AsyncSession, clock: Clock, statements: list[str]
) -> None:
    today = clock.freeze().date()
    _, _, headers = await user_with_token(session)
    for _ in range(3):
        await client.get(ME, headers=headers)
    assert writes(statements) == 1
    [use] = (await session.exec(select(ApiTokenUse))).all()
    assert (use.last_used_on, use.last_used_ip) == (today, "127.0.0.1")
    clock.advance(timedelta(days=1))
    for _ in range(2):
        await client.get(ME, headers=headers)
    assert writes(statements) == 2
    await session.refresh(use)
    assert use.last_used_on == today + timedelta(days=1)


async def test_other_process_stores_it_no_second_time(
    client: AsyncClient, session: AsyncSession, statements: list[str]
) -> None:
    _, _, headers = await user_with_token(session)
    await client.get(ME, headers=headers)
    service._noted_uses.clear()
    await client.get(ME, headers=headers)
    assert writes(statements) == 1


async def test_each_address_is_stored_once_a_day(
    session: AsyncSession, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, headers = await user_with_token(session)
    principal = await principal_of(headers)
    for ip in ["192.0.2.1", "192.0.2.2"] * 2:
        monkeypatch.setattr(service, "request_client", lambda ip=ip: ip)
        await service.note_use(session=autocommit_session, principal=principal)
    assert writes(statements) == 2


async def test_failed_write_of_use_stops_no_request(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(**_: Any) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(crud, "note_use", fail)
    _, _, headers = await user_with_token(session)
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_refused_request_stores_no_use(client: AsyncClient, session: AsyncSession, statements: list[str]) -> None:
    _, _, headers = await user_with_token(session, "write")
    assert (await client.get(ME, headers=headers)).status_code == 403
    assert writes(statements) == 0


async def confirmed(session: AsyncSession, principal: ApiTokenPrincipal) -> type[AppError] | None:
    try:
        await confirm(principal)(session=session)
    except AppError as error:
        return type(error)
    return None


@pytest.mark.parametrize("loss", ["nothing", "revoked", "expired", "inactive", "demoted"])
async def test_long_response_ends_with_the_token(session: AsyncSession, clock: Clock, loss: str) -> None:
    """Exports ask between chunks, and writes after a wait, before their first change."""
    user, api_token, headers = await user_with_token(session, "read", is_superuser=True)
    principal = await principal_of(headers)
    is_allowed = still_allowed(autocommit_session, principal)
    assert await is_allowed()
    match loss:
        case "revoked":
            await session.delete(api_token)
        case "expired":
            clock.advance(timedelta(days=31))
        case "inactive" | "demoted":
            setattr(user, "is_active" if loss == "inactive" else "is_superuser", False)
            session.add(user)
    await session.commit()
    expected = {"nothing": None, "demoted": Forbidden}.get(loss, NotAuthenticated)
    assert await is_allowed() is (loss == "nothing")
    assert await confirmed(session, principal) is expected


async def test_rows_of_others_need_scope_admin(session: AsyncSession) -> None:
    """Without it, a superuser's token sees what an ordinary user sees."""
    for scopes in (("read",), ("read", "admin")):
        user, _, headers = await user_with_token(session, *scopes, is_superuser=True)
        principal = await principal_of(headers)
        assert principal.visible_owner_id == (None if "admin" in scopes else user.id)


async def test_event_stream_needs_a_session(client: AsyncClient, session: AsyncSession) -> None:
    _, _, headers = await user_with_token(session)
    assert (await client.get("/api/v1/events", headers=headers)).status_code in (403, 404)


async def test_requests_count_for_the_users_limit(client: AsyncClient, session: AsyncSession) -> None:
    _, _, headers = await user_with_token(session)
    remaining = [(await client.get(ME, headers=headers)).headers["ratelimit"] for _ in range(2)]
    first, second = [int(re.findall('"reads";r=([0-9]+)', each)[0]) for each in remaining]
    assert second == first - 1
