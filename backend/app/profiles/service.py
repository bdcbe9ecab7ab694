"""Use case: a partial change of a profile and its document."""

import json
import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Invalid
from app.core.http.preconditions import Precondition
from app.profiles import crud
from app.profiles.models import MAX_DOCUMENT_BYTES, Profile, ProfileUpdate
from app.users import crud as users_crud
from app.users.crud import Lock


async def update_profile(
    *, session: AsyncSession, user_id: uuid.UUID, body: ProfileUpdate, if_match: Precondition, lock: Lock
) -> Profile:
    """Change the given fields. Fields that are absent keep their values, also those of the document.

    Raises `NotFound`, `PreconditionFailed`, `Duplicate`, `Invalid` for a document that is too large, and the errors of
    `lock`.
    """
    await users_crud.lock_user(session=session, user_id=user_id, lock=lock)
    profile = await crud.get_profile_to_update(session=session, user_id=user_id)
    if_match.check(profile.version)
    changes = body.model_dump(mode="json", exclude_unset=True)
    if "document" in changes:
        changes["document"] = profile.document | changes["document"]
        if len(json.dumps(changes["document"], ensure_ascii=False).encode()) > MAX_DOCUMENT_BYTES:
            message = f"All details together have at most {MAX_DOCUMENT_BYTES // 1024} KiB. Shorten the texts."
            raise Invalid("document", message, code="too_long")
    return await crud.update_profile(session=session, profile=profile, changes=changes)
