"""Rotation under load, with real processes and the real command (JW-05)."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack

import jwt
from httpx2 import AsyncClient

from app.core.database import session as db
from tests import conftest
from tests.core.servers import uvicorn
from tests.users.factories import PASSWORD, create_user

LOGIN, ME = "/api/v1/login/access-token", "/api/v1/users/me"


async def test_jw05_rotation_under_load_refuses_nobody(live: AsyncClient) -> None:
    """A third process, started after the rotation, signs with a key that the others have not read yet."""
    url = db.WriteSession.kw["bind"].url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {"DATABASE_URL": url}
    async with db.WriteSession() as session:
        email = (await create_user(session)).email
        await session.commit()
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(uvicorn(environment=environment)) for _ in range(2)]
        statuses: list[int] = []
        signed_with: dict[AsyncClient, str] = {}
        is_over = asyncio.Event()

        async def use(signer: AsyncClient) -> None:
            """Sign in at one process, and use the token at all of them."""
            while not is_over.is_set():
                response = await signer.post(LOGIN, data={"username": email, "password": PASSWORD})
                token = response.json()["access_token"]
                for verifier in [server.client for server in servers]:
                    me = await verifier.get(ME, headers={"Authorization": f"Bearer {token}"})
                    statuses.append(me.status_code)
                signed_with[signer] = jwt.get_unverified_header(token)["kid"]
                if len(signed_with) == 3 and len(set(signed_with.values())) == 1:
                    is_over.set()

        async with asyncio.timeout(100), asyncio.TaskGroup() as group:
            for server in servers:
                group.create_task(use(server.client))
            await _rotate(environment)
            servers.append(await stack.enter_async_context(uvicorn(environment=environment)))
            before = set(signed_with.values())
            group.create_task(use(servers[-1].client))
    assert len(before) == 1
    assert len(set(signed_with.values())) == 1
    assert len(statuses) > 10
    assert set(statuses) == {200}


async def _rotate(environment: dict[str, str]) -> None:
    arguments = [sys.executable, "-m", "app.cli", "keys", "rotate", "--now"]
    process = await asyncio.create_subprocess_exec(
        *arguments, cwd=conftest.BACKEND_DIR, env={**os.environ, **environment}
    )
    assert await process.wait() == 0
