"""Authenticator apps for tests."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.security.encryption import encrypt
from app.totp import codes, crud, service
from app.totp.models import TotpSecret
from app.users.models import User
from tests.auth.factories import Headers, sign_in
from tests.auth.riddle import answer, log_in
from tests.core.answers import problem
from tests.users.factories import create_user

V1 = "/api/v1"
TOTP = f"{V1}/totp"


@dataclass
class App:
    """What the user has: an app with the secret, and the recovery codes."""

    user: User
    secret: str
    recovery_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """The code of now, or of this many steps of 30 seconds later."""
        return pyotp.TOTP(self.secret).at(utc_now(), counter_offset=steps)

    def wrong_code(self) -> str:
        valid = {self.code(steps) for steps in range(-2, 3)}
        return next(code for code in (f"{number:06}" for number in range(10)) if code not in valid)


async def turn_on(session: AsyncSession, user: User) -> App:
    app = App(user, codes.new_secret(), codes.new_recovery_codes())
    encrypted = encrypt(app.secret.encode(), purpose=service.KIND, row=str(user.id))
    session.add(TotpSecret(user_id=user.id, encrypted_secret=encrypted, confirmed_at=utc_now()))
    await crud.replace_recovery_codes(session=session, user_id=user.id, codes=app.recovery_codes)
    await session.commit()
    return app


async def user_with_app(session: AsyncSession, **fields: Any) -> App:
    return await turn_on(session, await create_user(session, **fields))


async def proved(session: AsyncSession, user: User) -> Headers:
    """The headers of a session that has just proved its factor."""
    return await sign_in(session, user, factor=service.KIND)


async def old_session(session: AsyncSession, user: User) -> Headers:
    return await sign_in(session, user, factor=service.KIND, authenticated_at=utc_now() - timedelta(hours=1))


async def challenge_of(client: AsyncClient, app: App, way: str = "session") -> str:
    response = await log_in(client, app.user, way)
    assert problem(response) == (403, "AUTH_MFA_REQUIRED")
    assert {"totp", "recovery_code"} >= response.json()["challenge"]["kinds"].keys() > set()
    return str(response.json()["challenge"]["token"])


async def sign_in_by(
    client: AsyncClient, app: App, text: str, kind: str = "totp", token: str = "", way: str = "session"
) -> Response:
    return await answer(client, token or await challenge_of(client, app, way), text, way, kind)


def cookie_of(response: Response, name: str) -> str:
    [header] = [each for each in response.headers.get_list("set-cookie") if each.startswith(f"{name}=")]
    return re.split("[=;]", header)[1]
