"""Logs and Sentry's events contain no email addresses, names or titles, whatever an error says (OP-03)."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app import main
from app.core.logging import redact
from app.core.settings import Settings
from app.users.models import User
from tests import conftest
from tests.security.private_errors import ADDRESS, ERRORS, SECRETS
from tests.security.test_we_headers import OUTSIDE


def assert_clean(written: str) -> None:
    assert [secret for secret in SECRETS if secret in written] == [], written


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
def test_op03_text_of_an_error_is_redacted(error: Exception) -> None:
    for value in (str(error), repr(error), {"error": [repr(error)]}, error):
        assert_clean(repr(redact(value)))


async def test_op03_errors_of_the_database_are_redacted(session: AsyncSession) -> None:
    users = [User(email=ADDRESS, hashed_password=""), User(email=ADDRESS, full_name="The title", hashed_password="")]
    with pytest.raises(IntegrityError, match="mia") as caught:
        async with session.begin_nested():
            session.add_all(users)
    assert_clean(f"{redact(repr(caught.value.orig))} {redact(str(caught.value))}")
    wrong = text("INSERT INTO users (id, email, full_name) VALUES (gen_random_uuid(), :email, 'The title')")
    with pytest.raises(IntegrityError, match="mia") as caught:
        async with session.begin_nested():
            await (await session.connection()).execute(wrong, {"email": ADDRESS})
    assert_clean(f"{redact(repr(caught.value.orig))}")


def test_op03_other_text_is_kept() -> None:
    for kept in ("The mail server responded with 550", "KeyError('items')", "@app.get", "a @ b", "50% of 40%"):
        assert redact(kept) == kept
    assert redact({"count": 3, "ok": True, "at": None, "list": (1.5,)}) == {
        "count": 3,
        "ok": True,
        "at": None,
        "list": [1.5],
    }


def test_redaction_takes_linear_time() -> None:
    for part in ("a", "a@", "input_value=", 'invalid input a: "', "\nDETAIL", "%4"):
        redact(part * 20_000)


LOGGING = """
import logging
import structlog
from app.core.logging import configure_logging
from tests.security.private_errors import ERRORS
configure_logging()
ours, librarys = structlog.get_logger(), logging.getLogger("library")
for name, error in ERRORS.items():
    ours.error("job_failed", error=repr(error), raw=error, nested={"to": [str(error)]})
    for log in (ours.exception, librarys.exception):
        try:
            try:
                raise error
            except Exception as cause:
                raise RuntimeError(str(cause)) from cause
        except RuntimeError:
            log("it failed")
    librarys.error("Failed: %s", error)
"""


@pytest.mark.parametrize("environment", ["production", "local"])
def test_op03_log_has_no_addresses(environment: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOGGING],
        cwd=conftest.BACKEND_DIR,
        env={**os.environ, **OUTSIDE, "ENVIRONMENT": environment, "LOG_LEVEL": "info"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # local development does not format what libraries log
        text=True,
        check=True,
        timeout=100,
    )
    assert result.stdout.count("job_failed") == len(ERRORS)
    assert result.stdout.count("RuntimeError") >= len(ERRORS)
    if environment == "production":
        assert_clean(result.stdout)
        assert all(json.loads(line) for line in result.stdout.splitlines())
    else:
        assert "example.com" not in result.stdout


class Sent(Transport):
    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.items: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.items += [item.payload.json for item in envelope.items]


def test_op03_sentry_gets_no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: given.update(options))
    main.create_app(Settings(_env_file=None, SENTRY_DSN="https://key@sentry.example.com/1"))
    given.pop("send_default_pii")  # deprecated
    client = sentry_sdk.Client(transport=Sent, default_integrations=False, **given)
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        sentry_sdk.add_breadcrumb(message=f"Mail to {ADDRESS}", data={"to": ADDRESS})
        for error in ERRORS.values():
            sentry_sdk.capture_exception(error)
    assert len(client.transport.items) == len(ERRORS)  # type: ignore[union-attr]
    for item in client.transport.items:  # type: ignore[union-attr]
        for frame_of in item["exception"]["values"]:
            frame_of.pop("stacktrace", None)  # names of files and lines of code
        assert_clean(json.dumps(item["exception"]))
        assert_clean(json.dumps(item["breadcrumbs"]))
