"""API tokens as a kind of principal, for `auth`."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.principals import register
from app.core.database.statements import AutocommitSession, Row
from app.tokens import crud, service
from app.tokens.config import settings
from app.tokens.models import ApiTokenPrincipal
from app.tokens.token_text import is_well_formed


class ApiTokens:
    principal = ApiTokenPrincipal

    def recognizes(self, token: str) -> bool:
        return token.startswith(settings.TOKEN_PREFIX)

    async def find_principal(self, *, session: AutocommitSession, token: str) -> ApiTokenPrincipal | None:
        if not is_well_formed(token, settings.TOKEN_PREFIX):
            return None
        return await crud.get_principal(session=session, token=token)

    async def note_use(self, *, session: AutocommitSession, principal: ApiTokenPrincipal) -> None:
        await service.note_use(session=session, principal=principal)

    async def get_access(self, *, session: AutocommitSession, principal: ApiTokenPrincipal) -> Row | None:
        return await crud.get_access(session=session, token_id=principal.token_id)

    async def lock_access(self, *, session: AsyncSession, principal: ApiTokenPrincipal) -> bool | None:
        return await crud.lock_access(session=session, token_id=principal.token_id)


register(ApiTokens())
