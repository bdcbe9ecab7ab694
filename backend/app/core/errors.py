"""Errors that the application raises deliberately, with their stable codes.

Each becomes a problem document (RFC 9457). Clients branch on `code`; people read `detail`.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from sqlmodel import SQLModel


class ErrorCode(StrEnum):
    """Catalogue of error codes. A code never changes its meaning; the SDK exports the catalogue as a type."""

    NOT_AUTHENTICATED = "AUTH_001"
    FORBIDDEN = "AUTH_002"
    WRONG_CREDENTIALS = "AUTH_003"
    INACTIVE_USER = "AUTH_004"
    INVALID_TOKEN = "AUTH_005"
    EMAIL_NOT_VERIFIED = "AUTH_EMAIL_NOT_VERIFIED"
    CROSS_SITE_REQUEST = "AUTH_006"
    REAUTHENTICATION_REQUIRED = "AUTH_REAUTHENTICATION_REQUIRED"
    MFA_REQUIRED = "AUTH_MFA_REQUIRED"
    MFA_SETUP_REQUIRED = "AUTH_MFA_SETUP_REQUIRED"
    CHALLENGE_EXPIRED = "AUTH_CHALLENGE_EXPIRED"
    NOT_FOUND = "NOT_001"
    DUPLICATE = "DUP_001"
    CONFLICT = "CONF_001"
    PRECONDITION_FAILED = "PRE_001"
    INVALID = "VAL_001"
    BODY_TOO_LARGE = "BODY_001"
    BAD_REQUEST = "REQ_001"
    METHOD_NOT_ALLOWED = "METH_001"
    TOO_MANY_REQUESTS = "RATE_001"
    INTERNAL = "INT_001"
    UNAVAILABLE = "UNAV_001"


class FieldError(SQLModel):
    code: str
    message: str
    field: str
    """Dotted path in the body, or the parameter's name."""


class Problem(SQLModel):
    """Problem document (RFC 9457): the body of every error response."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: ErrorCode
    errors: list[FieldError] = []
    request_id: str


class Challenge(SQLModel):
    """Member of the problem `AUTH_MFA_REQUIRED`: what the client still has to prove within five minutes."""

    token: str
    """Goes back with the answer."""
    kinds: dict[str, dict[str, Any]]
    """The kinds of proof of which the user can choose one, each with what the client needs for it."""


class AppError(Exception):
    """Base class of errors with an HTTP response. `detail` is one sentence for people."""

    status: ClassVar[int]
    code: ClassVar[ErrorCode]
    keep_changes: ClassVar[bool] = False
    """Whether the transaction that the error ends is committed, for evidence such as a counted attempt."""

    extensions: Mapping[str, Any] = MappingProxyType({})
    """Further members of the problem document, with JSON values."""

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors
        self.headers = headers


class BadRequest(AppError):
    status, code = 400, ErrorCode.BAD_REQUEST


class WrongCredentials(AppError):
    status, code = 400, ErrorCode.WRONG_CREDENTIALS


class WrongAnswer(WrongCredentials):
    """A wrong answer to a challenge. Its kind can count the attempt."""

    keep_changes = True


class InactiveUser(AppError):
    status, code = 400, ErrorCode.INACTIVE_USER


class EmailNotVerified(AppError):
    status, code = 403, ErrorCode.EMAIL_NOT_VERIFIED


class InvalidToken(AppError):
    status, code = 400, ErrorCode.INVALID_TOKEN


class NotAuthenticated(AppError):
    """Sends the `WWW-Authenticate` challenge of RFC 6750, section 3."""

    status, code = 401, ErrorCode.NOT_AUTHENTICATED

    def __init__(self, detail: str = "Could not validate credentials") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(AppError):
    status, code = 403, ErrorCode.FORBIDDEN


class ReauthenticationRequired(AppError):
    """The session is valid, but its user has to prove again who they are. Then the request can be repeated."""

    status, code = 403, ErrorCode.REAUTHENTICATION_REQUIRED

    def __init__(self, *, by_factor: bool = False) -> None:
        super().__init__("Confirm with your second factor to continue" if by_factor else "Confirm it's you to continue")
        self.extensions = {"needs_factor": by_factor}


class MfaRequired(AppError):
    """The password is right, and the user has set up a further proof."""

    status, code = 403, ErrorCode.MFA_REQUIRED

    def __init__(self, challenge: Challenge) -> None:
        super().__init__("Confirm with your second factor to continue")
        self.extensions = {"challenge": challenge.model_dump()}


class MfaSetupRequired(AppError):
    """The settings require a second factor of this user, who has none yet."""

    status, code = 403, ErrorCode.MFA_SETUP_REQUIRED

    def __init__(self) -> None:
        super().__init__("Set up a second factor to continue")


class ChallengeExpired(NotAuthenticated):
    """The challenge is over, or is not one of this user, session or endpoint."""

    status, code = 401, ErrorCode.CHALLENGE_EXPIRED

    def __init__(self) -> None:
        super().__init__("This confirmation has expired. Start again.")


class CrossSiteRequest(AppError):
    status, code = 403, ErrorCode.CROSS_SITE_REQUEST


class NotFound(AppError):
    status, code = 404, ErrorCode.NOT_FOUND


class Duplicate(AppError):
    status, code = 409, ErrorCode.DUPLICATE


class Conflict(AppError):
    status, code = 409, ErrorCode.CONFLICT


class PreconditionFailed(AppError):
    status, code = 412, ErrorCode.PRECONDITION_FAILED

    def __init__(self, *, headers: Mapping[str, str]) -> None:
        super().__init__("Someone else has changed this record. Load it again and retry.", headers=headers)


class FileTooLarge(AppError):
    status, code = 413, ErrorCode.BODY_TOO_LARGE

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, errors=[FieldError(code="too_large", message=message, field=field)])


class Invalid(AppError):
    """One invalid field, found after schema validation."""

    status, code = 422, ErrorCode.INVALID

    def __init__(self, field: str, message: str, *, code: str = "value_error") -> None:
        super().__init__(message, errors=[FieldError(code=code, message=message, field=field)])


class TooManyRequests(AppError):
    status, code = 429, ErrorCode.TOO_MANY_REQUESTS

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class Unavailable(AppError):
    status, code = 503, ErrorCode.UNAVAILABLE

    def __init__(self, detail: str = "The service is busy. Try again in a moment.") -> None:
        super().__init__(detail, headers={"Retry-After": "1"})
