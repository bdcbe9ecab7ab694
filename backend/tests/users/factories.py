"""Create users for tests. Their password is `PASSWORD`."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.ids import new_id
from app.users.models import User

PASSWORD = "correct horse battery"


@cache
def password_hash() -> str:
    return PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),)).hash(PASSWORD)


async def create_user(session: AsyncSession, **fields: object) -> User:
    """Commit a user with a unique email address, unless `email` is given."""
    defaults = {"email": f"user-{new_id().hex[-12:]}@example.com", "hashed_password": password_hash()}
    user = User.model_validate({**defaults, **fields})
    session.add(user)
    await session.commit()
    return user
