"""Queries for profiles."""

import uuid
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import Duplicate, FieldError
from app.core.models import columns
from app.profiles.models import Profile, ProfileDocument, ProfilePublic
from app.users.models import User

_PROFILE: Statement[Any] = Statement(
    select(*columns(Profile, ProfilePublic)).where(Profile.user_id == bindparam("user_id"))
)
_ADDRESS: Statement[Any] = Statement(
    select(User.email)
    .join(Profile, col(Profile.user_id) == User.id)
    .where(func.lower(Profile.username) == bindparam("name"))
)


def public(profile: Row[Any] | Profile) -> Row[ProfilePublic]:
    """Return `ProfilePublic`, with the document as this release's model has it."""
    fields = profile if isinstance(profile, dict) else vars(profile)
    shown = {name: fields[name] for name in ProfilePublic.model_fields}
    return Row(shown | {"document": ProfileDocument.of(fields["document"]).model_dump()})


async def read_profile(*, session: AutocommitSession, user_id: uuid.UUID) -> Row[ProfilePublic]:
    """Return `ProfilePublic`: an empty profile of version 0 for a user without a row."""
    row = await session.first(_PROFILE, user_id=user_id)
    return public(row or Profile(user_id=user_id, version=0))


async def find_address(*, session: AutocommitSession, name: str) -> str | None:
    """Return the address of the user with this username, which is in lower case."""
    row = await session.first(_ADDRESS, name=name)
    return row["email"] if row else None


async def get_profile_to_update(*, session: AsyncSession, user_id: uuid.UUID) -> Profile:
    """Return the profile, locked. The first change creates its row, with version 0 until it is changed."""
    empty = insert(Profile).values(user_id=user_id, document={}, version=0)
    await session.exec(empty.on_conflict_do_nothing())
    return await session.get_one(Profile, user_id, with_for_update=True)


async def update_profile(*, session: AsyncSession, profile: Profile, changes: dict[str, Any]) -> Profile:
    """Change a locked profile. Raises `Duplicate` for a username that another user has, in any case."""
    profile.sqlmodel_update(changes)
    try:
        await session.flush()
    except IntegrityError as error:
        if "uq_profiles_username" not in str(error.orig):
            raise
        message = "This username is already taken"
        raise Duplicate(message, errors=[FieldError(code="duplicate", message=message, field="username")]) from None
    return profile
