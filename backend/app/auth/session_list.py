"""The list of a user's sessions, apart from `crud.py` because of its length."""

from typing import Any

from sqlalchemy import DateTime, bindparam, false, func
from sqlmodel import col, select

from app.auth.models import RefreshToken, SessionsPublic, SessionUse, UserSession
from app.core.lists.paged_list import PagedList

_TIME = DateTime(timezone=True)

# `least` and `greatest` ignore NULL: not each session can be refreshed, or has been used.
_ends_at = func.least(UserSession.expires_at, RefreshToken.expires_at, type_=_TIME)
AUTHENTICATED_AT = func.coalesce(UserSession.authenticated_at, UserSession.created_at, type_=_TIME)

_columns: list[Any] = [
    col(UserSession.id),
    col(UserSession.device),
    col(UserSession.ip),
    col(UserSession.created_at),
    func.greatest(SessionUse.at, AUTHENTICATED_AT, type_=_TIME).label("last_used_at"),
    AUTHENTICATED_AT.label("authenticated_at"),
    _ends_at.label("expires_at"),
    false().label("is_current"),  # `read_sessions` sets it
]
SESSIONS = PagedList(
    select(*_columns)
    .select_from(UserSession)
    .outerjoin(SessionUse, col(SessionUse.session_id) == UserSession.id)
    .outerjoin(RefreshToken, col(RefreshToken.session_id) == UserSession.id),
    id_column=UserSession.id,
    sort_keys={"created_at": None},
    filters={"now": _ends_at > bindparam("now", type_=_TIME)},
    scope={"user_id": col(UserSession.user_id) == bindparam("user_id")},
    searched=(col(UserSession.device), col(UserSession.ip)),
    returns=SessionsPublic,
)
