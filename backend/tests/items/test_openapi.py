"""Items in the OpenAPI document."""

from tests.core.test_openapi import OPERATIONS, codes_of

CONTRACT = {
    ("get", "/items/"): "read_items",
    ("post", "/items/"): "create_item",
    ("get", "/items/{id}"): "read_item",
    ("put", "/items/{id}"): "update_item",
    ("delete", "/items/{id}"): "delete_item",
}


def test_contract_operations_keep_their_names() -> None:
    found = {(method, path.removeprefix("/api/v1")): each["operationId"] for method, path, each in OPERATIONS}
    assert CONTRACT.items() <= found.items()


def test_list_operation_documents_its_error_codes() -> None:
    assert codes_of("read_items") == {
        "400": {"REQ_001"},
        "401": {"AUTH_001"},
        "403": {"AUTH_002", "AUTH_MFA_SETUP_REQUIRED"},
        "422": {"VAL_001"},
        "429": {"RATE_001"},
        "500": {"INT_001"},
        "503": {"UNAV_001"},
    }
