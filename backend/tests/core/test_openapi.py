"""The OpenAPI document, from which the SDK is generated."""

import json
import subprocess
import sys
from typing import Any

import jsonschema_rs

from app.core.errors import ErrorCode
from app.main import app
from tests.conftest import BACKEND_DIR
from tests.core.documented import codes
from tests.rules import assert_none

CONTRACT = {
    ("post", "/login/access-token"): "login_access_token",
    ("post", "/login/test-token"): "test_token",
    ("post", "/login/session"): "login_session",
    ("post", "/login/logout"): "logout",
    ("post", "/password-recovery/{email}"): "recover_password",
    ("post", "/reset-password/"): "reset_password",
    ("post", "/password-recovery-html-content/{email}"): "recover_password_html_content",
    ("get", "/users/"): "read_users",
    ("post", "/users/"): "create_user",
    ("get", "/users/me"): "read_user_me",
    ("patch", "/users/me"): "update_user_me",
    ("delete", "/users/me"): "delete_user_me",
    ("patch", "/users/me/password"): "update_password_me",
    ("put", "/users/me/avatar"): "update_avatar_me",
    ("delete", "/users/me/avatar"): "delete_avatar_me",
    ("post", "/users/signup"): "register_user",
    ("get", "/users/{user_id}"): "read_user_by_id",
    ("get", "/users/{user_id}/avatar"): "read_avatar",
    ("patch", "/users/{user_id}"): "update_user",
    ("delete", "/users/{user_id}"): "delete_user",
    ("post", "/utils/test-email/"): "test_email",
    ("get", "/utils/health-check/"): "health_check",
}
OPERATIONS = [
    (method, path, operation)
    for path, operations in app.openapi()["paths"].items()
    for method, operation in operations.items()
]


def test_contract_operations_keep_their_names() -> None:
    found = {(method, path.removeprefix("/api/v1")): each["operationId"] for method, path, each in OPERATIONS}
    assert CONTRACT.items() <= found.items()


def test_operation_ids_are_unique() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def expected_errors(method: str, path: str, operation: dict[str, Any]) -> set[str]:
    expected = {"400", "500", "503"}
    if "security" in operation:
        expected |= {"401"} | ({"403"} if method != "get" else set())
    if "requestBody" in operation:
        expected |= {"413", "422"}
    if "{id}" in path or "{user_id}" in path:
        expected |= {"404"}
    return expected


def test_operations_document_their_errors() -> None:
    missing = [
        f"{operation['operationId']}: {status}"
        for method, path, operation in OPERATIONS
        for status in sorted(expected_errors(method, path, operation) - set(operation["responses"]))
    ]
    assert_none(missing)


def test_documented_errors_are_problems() -> None:
    def is_problem(response: dict[str, Any]) -> bool:
        return list(response["content"]) == ["application/problem+json"] and codes(response) <= set(ErrorCode)

    wrong = [
        f"{operation['operationId']}: {status}"
        for _, _, operation in OPERATIONS
        for status, response in operation["responses"].items()
        if status >= "400" and not is_problem(response)
    ]
    assert_none(wrong)


def codes_of(operation_id: str) -> dict[str, set[str]]:
    [operation] = [each for _, _, each in OPERATIONS if each["operationId"] == operation_id]
    return {status: codes(each) for status, each in operation["responses"].items() if status >= "400"}


def test_each_error_names_its_codes() -> None:
    assert codes_of("read_users") == {
        "400": {"REQ_001"},
        "401": {"AUTH_001"},
        "403": {"AUTH_002", "AUTH_MFA_SETUP_REQUIRED"},
        "422": {"VAL_001"},
        "429": {"RATE_001"},
        "500": {"INT_001"},
        "503": {"UNAV_001"},
    }
    assert codes_of("login_session") == {
        "400": {"REQ_001", "AUTH_003", "AUTH_004"},
        "403": {"AUTH_006", "AUTH_EMAIL_NOT_VERIFIED", "AUTH_MFA_REQUIRED"},
        "408": {"REQ_001"},
        "413": {"BODY_001"},
        "422": {"VAL_001"},
        "429": {"RATE_001"},
        "500": {"INT_001"},
        "503": {"UNAV_001"},
    }


def test_operation_documents_errors_of_its_dependencies() -> None:
    signed_in = {"AUTH_002", "AUTH_MFA_SETUP_REQUIRED"}
    assert codes_of("read_users")["403"] == signed_in
    assert codes_of("create_user")["403"] == signed_in | {"AUTH_006"}
    assert codes_of("delete_user_me")["403"] == signed_in | {"AUTH_006", "AUTH_REAUTHENTICATION_REQUIRED"}
    assert "403" not in codes_of("health_check")


def test_error_schema_allows_only_its_code() -> None:
    components = app.openapi()["components"]
    validator = jsonschema_rs.validator_for({"$ref": "#/components/schemas/NotFoundProblem", "components": components})
    problem = {"title": "", "status": 404, "detail": "", "code": "NOT_001", "request_id": ""}
    assert validator.is_valid(problem)
    assert not validator.is_valid(problem | {"code": "AUTH_001"})
    assert not validator.is_valid({"code": "NOT_001"})


def test_every_error_code_is_in_the_document() -> None:
    assert app.openapi()["components"]["schemas"]["ErrorCode"]["enum"] == [code.value for code in ErrorCode]


def test_update_schemas_have_no_defaults() -> None:
    schemas = app.openapi()["components"]["schemas"]
    names = [name for name in schemas if "Update" in name and not name.endswith("Password")]
    assert {"UserUpdate", "UserUpdateMe"} <= set(names)
    for name in names:
        assert "required" not in schemas[name]
        assert [field for field in schemas[name]["properties"].values() if "default" in field] == []


def test_no_schema_contains_a_password_hash() -> None:
    assert "hashed_password" not in json.dumps(app.openapi())


def test_document_is_printed_without_database_or_secrets() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "app.openapi"],
        cwd=BACKEND_DIR,
        env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DOTENV_PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    document = json.loads(result.stdout)
    named = {**app.openapi(), "info": {**app.openapi()["info"], "title": "API"}}  # the title is a setting
    assert document == json.loads(json.dumps(named))
    assert result.stdout == json.dumps(document, indent=2, sort_keys=True) + "\n"
