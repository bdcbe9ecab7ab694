"""Handlers of events, for mails, security events and the end of all access."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.events import AllAccessEnded
from app.auth.security_events import record_event
from app.core.events import listens_to
from app.core.mail.outbox import queue_mail
from app.tokens import crud, mails, service
from app.tokens.events import ApiTokenCreated, ApiTokenRevoked


@listens_to(ApiTokenCreated)
async def announce_token(session: AsyncSession, event: ApiTokenCreated) -> None:
    details = {"last_characters": event.hint, "scopes": ", ".join(event.scopes)}
    await record_event(session=session, user_id=event.user_id, kind="api_token_created", details=details)
    context = {"hint": event.hint, "scopes": list(event.scopes), "expires_on": event.expires_at.date().isoformat()}
    await queue_mail(session, mails.api_token_created, recipient_id=event.user_id, context=context)


@listens_to(ApiTokenRevoked)
async def record_revocation(session: AsyncSession, event: ApiTokenRevoked) -> None:
    await record_event(session=session, user_id=event.user_id, kind="api_token_revoked")


@listens_to(AllAccessEnded)
async def revoke_tokens(session: AsyncSession, event: AllAccessEnded) -> None:
    """Tokens that were revoked after a backup would be valid again after its restore."""
    if event.user_id is None:
        await crud.delete_all_tokens(session=session)
    else:
        await service.revoke_tokens(session=session, user_id=event.user_id)
