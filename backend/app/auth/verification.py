"""Use case: signing up with the verification of the address.

A sign-up creates no account. The link in its mail, together with the password that was chosen, does. So nobody gets an
account with an address that is not theirs, and a stranger who signs up with somebody's address cannot make the owner
confirm the stranger's password.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import mails, sign_ups
from app.auth.models import EmailVerification
from app.core.errors import Duplicate, InvalidToken, WrongCredentials
from app.core.mail.outbox import queue_mail
from app.core.security.passwords import verify_password
from app.users import service as users_service
from app.users.models import User, UserRegister


async def sign_up(*, session: AsyncSession, body: UserRegister) -> None:
    """Store a sign-up, and mail its link. Does the same whether or not the address has an account.

    Raises `Invalid` for a weak password.
    """
    hashed_password = await users_service.hash_new_password(
        session=session, password=body.password, email=body.email, field="password"
    )
    created = await sign_ups.create_sign_up(
        session=session, email=body.email, full_name=body.full_name, hashed_password=hashed_password
    )
    await queue_mail(session, mails.sign_up, address=body.email, context={"sign_up_id": str(created.id)})


async def verify_email(*, session: AsyncSession, body: EmailVerification) -> User:
    """Create the account of a sign-up. Of two concurrent requests with one link, one gets `InvalidToken`.

    Raises `InvalidToken`, or `WrongCredentials` for another password; the link then stays usable.
    """
    found = await sign_ups.find_by_link(session=session, token=body.token)
    if found is None:
        raise InvalidToken("Invalid token")
    sign_up_id = found.id
    created = User(email=found.email, full_name=found.full_name, hashed_password=found.hashed_password)
    await session.rollback()  # no connection is held while hashing
    valid, upgraded = await verify_password(body.password, created.hashed_password)
    if not valid:
        raise WrongCredentials("This is not the password of this sign-up. Sign up again if you have forgotten it.")
    created.hashed_password = upgraded or created.hashed_password
    if not await sign_ups.use_sign_up(session=session, sign_up_id=sign_up_id, email=created.email):
        raise InvalidToken("Invalid token")
    try:
        await users_service.add_user(session=session, user=created, by_superuser=False)
    except Duplicate:
        raise InvalidToken("Invalid token") from None
    return created
