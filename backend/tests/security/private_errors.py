"""Errors of libraries whose texts contain what users entered."""

import smtplib
from collections.abc import Callable
from typing import Any

import aiosmtplib
import psycopg
import pytest
from pydantic import BaseModel, Field

ADDRESS, TITLE = "mia/sales@example.com", "The title\n\nof a user"
SECRETS = (ADDRESS, "mia", "example.com", "The title", "of a user")


class Model(BaseModel):
    title: str = Field(max_length=3)


def raised(function: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function()
    return caught.value


def refused() -> Exception:
    return aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "unknown", ADDRESS)])


ERRORS: dict[str, Exception] = {
    "smtplib": smtplib.SMTPRecipientsRefused({ADDRESS: (550, f"<{ADDRESS}>: unknown".encode())}),
    "aiosmtplib": refused(),
    "sender": smtplib.SMTPSenderRefused(553, b"no", ADDRESS),
    "unique": psycopg.errors.UniqueViolation(f'duplicate key "ix"\nDETAIL:  Key (email)=({ADDRESS}) already exists.'),
    "row": psycopg.errors.CheckViolation(f"violates\nDETAIL:  Failing row contains (1, {TITLE}, {ADDRESS})."),
    "syntax": psycopg.errors.InvalidTextRepresentation(f'invalid input syntax for type uuid: "{TITLE[:9]}"'),
    "pydantic": raised(lambda: Model(title=TITLE)),
    "pydantic address": raised(lambda: Model(title=ADDRESS)),
    "plain": RuntimeError(f"No user {ADDRESS}"),
    "encoded": RuntimeError("https://api.example/api/v1/password-recovery/mia%2Fsales%40example.com failed"),
    "group": ExceptionGroup("two", [refused(), ValueError(ADDRESS)]),
}
