"""Usernames as names to sign in with, for `auth`."""

from app.auth.login_names import register
from app.core.database.statements import AutocommitSession
from app.profiles import crud


class Usernames:
    async def find_address(self, *, session: AutocommitSession, name: str) -> str | None:
        return await crud.find_address(session=session, name=name)


register(Usernames())
