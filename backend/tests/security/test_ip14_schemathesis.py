"""The API conforms to its OpenAPI document for any request (IP-14).

Schemathesis generates valid and invalid requests from the document. It runs all its checks on the
responses of a real server with a separate database. The examples are the same in every run.
`SCHEMATHESIS_EXAMPLES=200 pytest tests/security/test_ip14_schemathesis.py` takes minutes: it tries
more examples of each operation, and each limit, type and method that the document implies.
"""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from app.core.ids import new_id
from app.main import app
from scripts.local.mailbox import Mailbox
from scripts.local.ports import any_free_port, listen, port_of
from tests import conftest
from tests.examples import refusals, row_of

PASSWORD, NEW_PASSWORD = "correct horse battery", "another horse battery"

PATHS = app.openapi()["paths"]
# A well-formed request without the right secret gets 400.
NEEDS_A_SECRET = {
    *(
        f"{method.upper()} {path}"
        for path, operations in PATHS.items()
        for method, operation in operations.items()
        if operation["operationId"].rpartition("-")[2] in refusals()
    ),
    "POST /api/v1/login/access-token",
    "POST /api/v1/login/access-token/challenge",
    "POST /api/v1/login/challenge",
    "POST /api/v1/login/not-me",
    "POST /api/v1/login/reauthenticate",
    "POST /api/v1/login/refresh",
    "POST /api/v1/login/session",
    "POST /api/v1/reset-password/",
    "POST /api/v1/verify-email",
    "PATCH /api/v1/users/me",
    "PATCH /api/v1/users/me/password",
    "POST /api/v1/users/me/email/confirm",
    "POST /api/v1/users/me/email/undo",
}
# A file of random bytes is not a picture.
TAKES_PICTURES = "PUT /api/v1/users/me/avatar"
# These paths also match a path with an id, whose methods find a malformed id.
READ_AS_AN_ID = {
    f"{method.upper()} {path}"
    for path, operations in PATHS.items()
    for other, others in PATHS.items()
    if other != path and other.rpartition("/")[0] == path.rpartition("/")[0] and other.endswith("}")
    for method in operations
    if others.keys() - operations.keys()
}
# This operation ends its session, so each request gets a new one.
ENDS_ITS_SESSION = "POST /api/v1/login/logout"

load_all_checks()
EXCLUDED_CHECKS: dict[str, Any] = {
    **dict.fromkeys({*NEEDS_A_SECRET, TAKES_PICTURES}, CHECKS.get_by_names(["positive_data_acceptance"])),
    **dict.fromkeys(READ_AS_AN_ID, CHECKS.get_by_names(["unsupported_method", "allow_header_conformance"])),
}

# Generate only addresses that can exist. Reserved names such as `.test` are refused, which a format cannot express.
schemathesis.openapi.format("email", st.from_regex(r"[a-z]{1,20}@[a-z]{1,20}\.(com|org|de)", fullmatch=True))
schema = schemathesis.openapi.from_dict(app.openapi()).exclude(
    path="/api/v1/events"
)  # it never ends, tests/live covers it
# NUL is refused everywhere, but no schema says so. test_ip_input.py covers it.
schema.config.generation.update(allow_x00=False)
# A text beyond its maximum can also make the body too large.
schema.config.checks.negative_data_rejection.expected_statuses.append("413")
examples = os.environ.get("SCHEMATHESIS_EXAMPLES")
schema.config.phases.coverage.enabled = examples is not None


@dataclass
class Server:
    url: str
    client: httpx2.Client
    session: requests.Session
    headers: dict[str, str]

    def make_user(self, **fields: Any) -> tuple[str, str]:
        """Create a user and return the id and email address."""
        body = {"email": f"{new_id()}@example.com", "password": PASSWORD, **fields}
        user = self.client.post("/api/v1/private/users/", json=body).json()
        return user["id"], user["email"]

    def sign_in(self, email: str) -> dict[str, str]:
        form = {"username": email, "password": PASSWORD}
        token = self.client.post("/api/v1/login/access-token", data=form).json()
        return {"Authorization": f"Bearer {token['access_token']}"}

    def make_row(self, path: str) -> str:
        """Create a row for the path and return its id."""
        made_by = row_of(path)
        assert made_by, f"add {path} to ROWS in tests/<feature>/examples.py of its feature"
        response = self.client.post(made_by[0], headers=self.headers, json=made_by[1])
        assert response.status_code == 200, f"the body in ROWS for {path} creates no second row: {response.text}"
        return str(response.json()["id"])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run the application with a separate database, signed in as its superuser."""
    database, port, smtp = f"schemathesis_{os.getpid()}", any_free_port(), listen(0)
    conftest.copy_template(database)
    mailbox = Mailbox(smtp, listen(0), secrets.token_urlsafe(16))
    mailbox.start()
    database_url = f"{os.environ['TEST_POSTGRES_URL']}/{database}"
    environment = os.environ | {"DATABASE_URL": database_url, "SMTP_PORT": str(port_of(smtp))}
    command = [sys.executable, "-m", "uvicorn", "app.main:app", f"--port={port}", "--no-access-log"]
    process = subprocess.Popen(command, cwd=conftest.BACKEND_DIR, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert any("Uvicorn running" in line for line in process.stderr)
        url = f"http://127.0.0.1:{port}"
        # Longer than the request timeout of the application, also on a busy machine.
        with httpx2.Client(base_url=url, timeout=30) as client, requests.Session() as session:
            server = Server(url, client, session, {})
            _, email = server.make_user()
            with psycopg.connect(database_url) as connection:
                connection.execute("UPDATE users SET is_superuser = true")
            server.headers = server.sign_in(email)
            yield server
    finally:
        process.kill()
        process.communicate()
        mailbox.stop()
        conftest.drop_database(database)


def make_acceptable(case: Case[Any], server: Server) -> None:
    """Replace values that the schema allows but other rules refuse, and use existing ids."""
    if isinstance(case.body, dict):
        case.body |= dict.fromkeys({"password", "new_password"} & case.body.keys(), NEW_PASSWORD)
    for name in {"cursor", "page"} & (case.query or {}).keys():
        del case.query[name]
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"
    if "id" in case.path_parameters:
        case.path_parameters["id"] = server.make_row(case.operation.path)
    if "user_id" in case.path_parameters:
        case.path_parameters["user_id"], _ = server.make_user()


def make_malformed(case: Case[Any]) -> None:
    """Replace an empty `If-Match`: RFC 9110 allows an empty list, which the pattern in the document leaves out."""
    for name, value in (case.headers or {}).items():
        if name == "If-Match" and not str(value).strip(" \t,"):
            case.headers[name] = "malformed"


@schema.parametrize()
@settings(
    max_examples=int(examples or 12),
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_ip14_api_conforms_to_its_document(case: Case[Any], server: Server) -> None:
    label = case.operation.label
    if case.meta and case.meta.generation.mode == GenerationMode.POSITIVE:
        make_acceptable(case, server)
    else:
        make_malformed(case)
    headers = server.sign_in(server.make_user()[1]) if label == ENDS_ITS_SESSION else server.headers
    case.call_and_validate(
        base_url=server.url,
        session=server.session,
        headers=headers,
        excluded_checks=EXCLUDED_CHECKS.get(label, []),
    )
