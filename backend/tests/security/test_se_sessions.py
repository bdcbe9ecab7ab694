"""Each sign-in opens a new session (SE-11)."""

from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from tests.users.factories import PASSWORD, create_user

LOGIN = "/api/v1/login/session"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def test_se11_existing_cookie_is_never_adopted(client: AsyncClient, session: AsyncSession) -> None:
    """Neither an attacker's session nor the user's own, because an attacker could have planted the cookie."""
    attacker, user = await create_user(session), await create_user(session)
    await client.post(LOGIN, headers=SAME_ORIGIN, json={"email": attacker.email, "password": PASSWORD})
    planted = dict(client.cookies)
    for _ in range(2):
        response = await client.post(LOGIN, headers=SAME_ORIGIN, json={"email": user.email, "password": PASSWORD})
        assert response.status_code == 200
        assert dict(client.cookies) != planted
    sessions = (await session.exec(select(UserSession).where(UserSession.user_id == user.id))).all()
    assert len({each.id for each in sessions}) == 2
