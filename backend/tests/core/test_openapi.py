"""The OpenAPI document: the contract that the SDK is made from."""

import json
import subprocess
import sys
from typing import Any

import jsonschema_rs
import pytest

from app.core.errors import ErrorCode
from app.main import app
from tests.conftest import BACKEND_DIR
from tests.core.documented import codes

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


def ids(value: Any) -> str | None:
    return value["operationId"] if isinstance(value, dict) else ""


def test_operations_of_the_contract_are_there_by_their_names() -> None:
    found = {(method, path.removeprefix("/api/v1")): each["operationId"] for method, path, each in OPERATIONS}
    assert CONTRACT.items() <= found.items()


def test_operation_ids_are_unique() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=ids)
def test_operation_documents_its_errors_as_problems(method: str, path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    expected = {"400", "500", "503"}
    if "security" in operation:
        expected |= {"401"} | ({"403"} if method != "get" else set())
    if "requestBody" in operation:
        expected |= {"413", "422"}
    if "{id}" in path or "{user_id}" in path:
        expected |= {"404"}
    assert expected <= set(responses)
    for status, response in responses.items():
        if status >= "400":
            assert list(response["content"]) == ["application/problem+json"]
            assert codes(response) <= set(ErrorCode)


def codes_of(operation_id: str) -> dict[str, set[str]]:
    [operation] = [each for _, _, each in OPERATIONS if each["operationId"] == operation_id]
    return {status: codes(each) for status, each in operation["responses"].items() if status >= "400"}


def test_each_error_names_its_codes() -> None:
    assert codes_of("read_users") == {
        "400": {"REQ_001"},
        "401": {"AUTH_001"},
        "403": {"AUTH_002"},
        "422": {"VAL_001"},
        "500": {"INT_001"},
        "503": {"UNAV_001"},
    }
    assert codes_of("login_session") == {
        "400": {"REQ_001", "AUTH_003", "AUTH_004"},
        "403": {"AUTH_006"},
        "408": {"REQ_001"},
        "413": {"BODY_001"},
        "422": {"VAL_001"},
        "500": {"INT_001"},
        "503": {"UNAV_001"},
    }


def test_an_operation_documents_what_its_dependencies_raise() -> None:
    assert codes_of("read_users")["403"] == {"AUTH_002"}
    assert codes_of("create_user")["403"] == {"AUTH_002", "AUTH_006"}
    assert "403" not in codes_of("read_user_me")


def test_an_error_is_a_problem_of_one_code() -> None:
    components = app.openapi()["components"]
    validator = jsonschema_rs.validator_for({"$ref": "#/components/schemas/NotFoundProblem", "components": components})
    problem = {"title": "", "status": 404, "detail": "", "code": "NOT_001", "request_id": ""}
    assert validator.is_valid(problem)
    assert not validator.is_valid(problem | {"code": "AUTH_001"})
    assert not validator.is_valid({"code": "NOT_001"})


def test_every_error_code_is_in_the_document() -> None:
    assert app.openapi()["components"]["schemas"]["ErrorCode"]["enum"] == [code.value for code in ErrorCode]


def test_updates_show_no_default_that_would_look_like_a_value() -> None:
    schemas = app.openapi()["components"]["schemas"]
    names = [name for name in schemas if "Update" in name and not name.endswith("Password")]
    assert {"UserUpdate", "UserUpdateMe"} <= set(names)
    for name in names:
        assert "required" not in schemas[name]
        assert [field for field in schemas[name]["properties"].values() if "default" in field] == []


def test_no_schema_shows_a_hash() -> None:
    assert "hashed_password" not in json.dumps(app.openapi())


def test_document_is_printed_sorted_without_database_or_secrets() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "app.openapi"],
        cwd=BACKEND_DIR,
        env={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    document = json.loads(result.stdout)
    named = {**app.openapi(), "info": {**app.openapi()["info"], "title": "API"}}  # a project's name is a setting
    assert document == json.loads(json.dumps(named))
    assert result.stdout == json.dumps(document, indent=2, sort_keys=True) + "\n"
