"""Use case: a signed-in user proves again who they are, by their password or by a second factor."""

from dataclasses import asdict

from app.auth import new_sessions
from app.auth.answers import Credentials, complete_challenge, start_challenge
from app.auth.challenge_models import Reauthentication
from app.auth.challenges import kinds_of
from app.auth.models import SessionPrincipal, TokenPurpose
from app.auth.sign_in import verify
from app.core.database.session import transaction
from app.core.database.statements import AutocommitSession
from app.core.errors import Challenge, NotAuthenticated
from app.core.limits.failures import own_password


async def start_reauthentication(*, session: AutocommitSession, principal: SessionPrincipal) -> Challenge:
    """Return a challenge of the user's second factors for this session. Without a factor, it has no kinds."""
    kinds = await kinds_of(session=session, user_id=principal.id)
    challenge = await start_challenge(
        kinds=kinds, user_id=principal.id, purpose=TokenPurpose.REAUTHENTICATE, session_id=principal.session_id
    )
    if challenge is None:
        raise NotAuthenticated
    return challenge


async def reauthenticate(*, session: AutocommitSession, principal: SessionPrincipal, body: Reauthentication) -> None:
    """Store that the session's user has just proved who they are. Costs as much as `sign_in`, with the same bounds.

    Raises `TooManyRequests`, `WrongCredentials`, and for an answer `ChallengeExpired` or `WrongAnswer`. Raises
    `NotAuthenticated` if the session has ended.
    """
    if body.challenge is not None:
        async with transaction() as own:
            purpose = TokenPurpose.REAUTHENTICATE
            user = await complete_challenge(own, body.challenge, purpose, principal.session_id)
            credentials, factor = Credentials.of(user), body.challenge.kind
    else:
        attempts = [own_password(principal.id)]
        _, password_hash, _ = await verify(session, principal.email, body.password or "", attempts, field="password")
        credentials, factor = Credentials(principal.id, principal.email, password_hash), None
    if not await new_sessions.renew_authentication(
        session=session, session_id=principal.session_id, factor=factor, **asdict(credentials)
    ):
        raise NotAuthenticated
