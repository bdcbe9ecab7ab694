"""Handlers that turn every exception into a problem document: our own errors, FastAPI's and the database's."""

from http import HTTPStatus
from typing import Any

import psycopg
import psycopg.errors as pg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from app.core.database.connection import is_outdated
from app.core.database.duplicates import duplicate
from app.core.errors import AppError, Conflict, ErrorCode, FieldError, Invalid, Problem, Unavailable
from app.core.logging import current_request_id

logger = structlog.get_logger(__name__)

_CODES = {
    400: ErrorCode.BAD_REQUEST,
    401: ErrorCode.NOT_AUTHENTICATED,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.METHOD_NOT_ALLOWED,
    408: ErrorCode.BAD_REQUEST,
    409: ErrorCode.CONFLICT,
    412: ErrorCode.PRECONDITION_FAILED,
    413: ErrorCode.BODY_TOO_LARGE,
    422: ErrorCode.INVALID,
    429: ErrorCode.TOO_MANY_REQUESTS,
    431: ErrorCode.BAD_REQUEST,
    503: ErrorCode.UNAVAILABLE,
}


def problem_response(
    status: int,
    detail: str,
    *,
    code: ErrorCode | None = None,
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
    **extensions: Any,
) -> JSONResponse:
    """Create a problem document as a response. `extensions` are additional members with JSON values."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code or _CODES.get(status, ErrorCode.INTERNAL),
        errors=errors or [],
        request_id=current_request_id.get() or "",
    )
    return JSONResponse({**problem.model_dump(), **extensions}, status, headers, media_type="application/problem+json")


async def _app_error(request: Request, error: AppError) -> JSONResponse:
    return problem_response(
        error.status,
        error.detail,
        code=error.code,
        errors=list(error.errors),
        headers=dict(error.headers) if error.headers else None,
        **error.extensions,
    )


async def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    headers = dict(error.headers or {})
    if isinstance(error.__cause__, RecursionError):  # FastAPI could not parse the body
        return await _app_error(request, Invalid("body", "The JSON document is nested too deeply"))
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_allowed_methods(request)))
    return problem_response(error.status_code, str(error.detail), headers=headers)


def _allowed_methods(request: Request) -> set[str]:
    """Return the methods of all routes with this path. Starlette reports only those of the first route."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    path = next((route.path for route in routes if route.path_regex.match(request.scope["path"])), None)
    if path is None:
        return {"GET", "HEAD"}  # the dashboard's files
    methods = {method for route in routes if route.path == path for method in route.methods or ()}
    return {*methods, "HEAD"} if "GET" in methods else methods


def _field_error(error: dict[str, Any]) -> FieldError:
    """Convert one of Pydantic's errors, without `input` and `ctx`, which echo the client's input."""
    location = [str(part) for part in error["loc"]]
    if error["type"] == "json_invalid":
        location = location[:1]  # the second part is a position in the text
    if error["type"] == "extra_forbidden":
        location = location[:-1]  # the last part is a name from the input
    if len(location) > 1 and location[0] in ("body", "query", "path", "header", "cookie"):
        location = location[1:]
    message = error["msg"].removeprefix("Value error, ")
    return FieldError(code=error["type"], message=message, field=".".join(location))


async def _validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = [_field_error(field_error) for field_error in error.errors()]
    names = ", ".join(dict.fromkeys(field_error.field for field_error in errors))
    return problem_response(422, f"The request has invalid values: {names}", errors=errors)


async def _database_error(request: Request, error: DBAPIError | psycopg.Error) -> JSONResponse:
    return await _app_error(request, translate_database_error(error))


def translate_database_error(error: DBAPIError | psycopg.Error) -> AppError:
    """Map an error of PostgreSQL to one of ours. Re-raises an error that is a bug in the program."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if error.connection_invalidated if isinstance(error, DBAPIError) else is_outdated(error):
        logger.warning("database_connection_outdated", error=type(cause).__name__)
        return Unavailable()
    match cause:
        case pg.UniqueViolation():
            return duplicate(cause)
        case pg.ForeignKeyViolation():
            return Conflict("A referenced record no longer exists")
        case pg.NotNullViolation() | pg.CheckViolation() | pg.DataError():
            # Usually the model accepts more than the table does. The names identify the column and reveal no value.
            place = {"column": cause.diag.column_name, "constraint": cause.diag.constraint_name}
            logger.warning("value_rejected_by_database", error=type(cause).__name__, **place)
            return Invalid("body", "The database rejected a value in the request")
        case pg.OperationalError() | pg.IdleInTransactionSessionTimeout() | pg.InternalError_():
            logger.warning("database_unavailable", error=type(cause).__name__)
            return Unavailable()
        case _:
            raise error


async def _pool_timeout(request: Request, _: PoolTimeout) -> JSONResponse:
    logger.warning("database_pool_exhausted")
    return await _app_error(request, Unavailable())


async def _stale_data(request: Request, _: StaleDataError) -> JSONResponse:
    return await _app_error(request, Conflict("The record was changed or deleted by another request. Load it again."))


def add_problem_handlers(app: FastAPI) -> None:
    handlers: dict[type[Exception], Any] = {
        AppError: _app_error,
        HTTPException: _http_exception,
        RequestValidationError: _validation_error,
        DBAPIError: _database_error,
        psycopg.Error: _database_error,
        PoolTimeout: _pool_timeout,
        StaleDataError: _stale_data,
    }
    for exception, handler in handlers.items():
        app.add_exception_handler(exception, handler)
