"""Endpoints of the audit log, for superusers only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.audit import crud
from app.audit.models import AuditEventsFilter, AuditEventsParams, AuditEventsPublic
from app.auth.deps import CurrentSuperuser, get_current_superuser, still_allowed
from app.core.database.session import AutocommitDep
from app.core.http.responses import respond
from app.core.lists.csv_export import CsvResponse, csv_response

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("/", response_model=AuditEventsPublic, dependencies=[Depends(get_current_superuser)])
async def read_audit_events(session: AutocommitDep, params: Annotated[AuditEventsParams, Query()]) -> Response:
    """List the changes of records, the newest first."""
    return respond(AuditEventsPublic, await crud.read_audit_events(session=session, params=params))


@router.get("/export", response_class=CsvResponse)
async def export_audit_events(
    session: AutocommitDep, current_user: CurrentSuperuser, params: Annotated[AuditEventsFilter, Query()]
) -> Response:
    """Download all matching events as CSV. `X-Total-Count` is the number of rows when the download started."""
    events = await crud.read_all_audit_events(session=session, params=params)
    return await csv_response("audit", events, still_allowed(session, current_user))
