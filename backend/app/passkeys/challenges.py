"""Passkeys as a second factor, for `auth`."""

import uuid
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.challenges import register
from app.passkeys import ceremonies, crud, service
from app.passkeys.challenge_tokens import challenge_of


class Passkeys:
    name = service.KIND
    is_factor = True
    is_set_up = crud.has_passkey()

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        """The challenge is derived from the token, so `auth` limits, binds and ends it with the token."""
        allowed = await crud.passkeys_of(session=session, user_id=user_id)
        return {"options": ceremonies.request_options(challenge=challenge_of(token), allowed=allowed)}

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        credential = ceremonies.read_assertion(answer)
        return credential is not None and await service.is_proved(
            session=session, user_id=user_id, credential=credential, challenge=challenge_of(token)
        )


register(Passkeys())
