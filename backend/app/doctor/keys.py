"""Check of the keys that sign access tokens."""

import psycopg
from sqlalchemy.exc import DBAPIError

from app.core.database.session import transaction
from app.core.security.signed_tokens import key_ring
from app.core.security.stored_keys import read_keys
from app.doctor.models import Finding


async def check_keys() -> list[Finding]:
    if key_ring.is_fixed:
        return [_finding("The key comes from the settings. It does not rotate by command.")]
    try:
        async with transaction() as session:
            states = await read_keys(session=session)
    except (DBAPIError, psycopg.Error):
        detail = "Unknown, because the database cannot be read."
        return [Finding(code="keys", state="skipped", title="Signing keys", detail=detail)]
    unreadable = [state.stored.id for state in states if state.key is None and state.stored.retires_at is None]
    if unreadable:
        return [
            Finding(
                code="keys-unreadable",
                state="warning",
                title="SECRET_KEY has changed",
                detail=f"The signing keys {', '.join(unreadable)} are encrypted with an earlier SECRET_KEY. Their "
                "tokens are refused, so all users have to log in again.",
                fix="Set the earlier SECRET_KEY again. If the change is intended, run python -m app.cli keys retire "
                f"{unreadable[0]} in the container backend.",
            )
        ]
    usable = sum(state.is_usable for state in states)
    return [_finding(f"{usable} of {len(states)} keys verify tokens." if states else "The first start creates a key.")]


def _finding(detail: str) -> Finding:
    return Finding(code="keys", state="ok", title="Signing keys", detail=detail)
