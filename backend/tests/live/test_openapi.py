"""The event stream in the API's document."""

from tests.core.test_openapi import OPERATIONS


def test_operation_is_there_by_its_name() -> None:
    found = {(method, path.removeprefix("/api/v1")): each["operationId"] for method, path, each in OPERATIONS}
    assert found["get", "/events"] == "read_events"
