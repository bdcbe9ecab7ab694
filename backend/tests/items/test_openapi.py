"""Items in the API's document."""

from tests.core.test_openapi import OPERATIONS, codes_of

CONTRACT = {
    ("get", "/items/"): "read_items",
    ("post", "/items/"): "create_item",
    ("get", "/items/{id}"): "read_item",
    ("put", "/items/{id}"): "update_item",
    ("delete", "/items/{id}"): "delete_item",
}


def test_operations_of_the_contract_are_there_by_their_names() -> None:
    found = {(method, path.removeprefix("/api/v1")): each["operationId"] for method, path, each in OPERATIONS}
    assert CONTRACT.items() <= found.items()


def test_a_list_for_everybody_names_its_codes() -> None:
    assert codes_of("read_items") == {
        "400": {"REQ_001"},
        "401": {"AUTH_001"},
        "422": {"VAL_001"},
        "500": {"INT_001"},
        "503": {"UNAV_001"},
    }
