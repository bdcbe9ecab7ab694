"""The restore drill (R20, R21): the API keeps running, with the data of the backup and without the old sessions."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.auth import sign_ups
from app.auth.models import TokenPurpose
from app.auth.service import RESET_LIFETIME
from app.backups import database, service
from app.backups.archive import new_key, open_archive
from app.backups.config import settings
from app.core.database import session as db
from app.core.settings import settings as core_settings
from tests.auth.factories import signed_in_user
from tests.users.factories import PASSWORD, create_user, password_hash

ME = "/api/v1/users/me"
LOGIN = "/api/v1/login/access-token"


@pytest.fixture
def backups(live: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Back up the database of `live`."""
    url = db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)
    monkeypatch.setattr(core_settings, "DATABASE_URL", SecretStr(url.replace("+psycopg", "")))
    monkeypatch.setattr(core_settings, "STORAGE_URL", (tmp_path / "storage").as_uri())
    monkeypatch.setattr(settings, "BACKUP_URL", (tmp_path / "backups").as_uri())
    monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(new_key()))


async def responded(client: AsyncClient, method: str, path: str, **body: Any) -> Response:
    """Retry until the response is not 503. The restore closes all connections of the pools."""
    async with asyncio.timeout(30):
        while True:
            response = await client.request(method, path, **body)
            if response.status_code != 503:
                return response
            await asyncio.sleep(0.1)


async def test_r20_r21_restored_data_has_no_session(live: AsyncClient, backups: None) -> None:
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session, email="ada@example.com")
        token = await make_reset_token(session)
        link = await make_sign_up_link(session)
    assert (await live.patch(ME, headers=headers, json={"full_name": "before"})).status_code == 200
    manifest = await asyncio.to_thread(service.create_backup, open_archive())
    assert (await live.patch(ME, headers=headers, json={"full_name": "after"})).status_code == 200
    body = {"token": token, "new_password": "a new and good password"}
    assert (await live.post("/api/v1/reset-password/", json=body)).status_code == 200
    assert (await live.post("/api/v1/login/logout", headers=headers)).status_code == 200

    restored = await asyncio.to_thread(service.restore_backup, open_archive(), manifest)
    try:
        # In the backup, the session is active and the token is unused.
        assert (await responded(live, "GET", ME, headers=headers)).status_code == 401
        assert (await responded(live, "POST", "/api/v1/reset-password/", json=body)).status_code == 400
        confirmed = {"token": link, "password": PASSWORD}
        assert (await responded(live, "POST", "/api/v1/verify-email", json=confirmed)).status_code == 400
        form = {"username": user.email, "password": PASSWORD}
        signed_in = (await responded(live, "POST", LOGIN, data=form)).json()
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        assert (await live.get(ME, headers=headers)).json()["full_name"] == "before"
        assert restored.seconds > 0
        assert restored.lost.total_seconds() > 0
    finally:
        await asyncio.to_thread(database.drop, restored.kept_database)


async def make_reset_token(session: AsyncSession) -> str:
    user = await create_user(session)
    token = await auth_crud.create_one_time_token(
        session=session,
        user_id=user.id,
        email=user.email,
        purpose=TokenPurpose.RESET_PASSWORD,
        lifetime=RESET_LIFETIME,
    )
    await session.commit()
    return token


async def make_sign_up_link(session: AsyncSession) -> str:
    sign_up = await sign_ups.create_sign_up(
        session=session, email="grace@example.com", full_name=None, hashed_password=password_hash()
    )
    link = await sign_ups.create_link(session=session, sign_up_id=sign_up.id)
    await session.commit()
    return link
