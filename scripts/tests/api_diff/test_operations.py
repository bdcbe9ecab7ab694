"""Changes of operations: the message for each, and whether it is breaking."""

from copy import deepcopy

import pytest

from scripts.api_diff.operations import changes
from scripts.api_diff.schemas import Change, Kind
from scripts.tests.api_diff.small_api import (
    DOCUMENT,
    Case,
    body,
    check_there_and_back,
    create,
    edited,
    limit,
    new_parameter,
    read,
    ref,
    schema,
)

BREAKING, ADDITIVE, NEUTRAL = Kind.BREAKING, Kind.ADDITIVE, Kind.NEUTRAL

CASES: dict[str, Case] = {
    "an operation": (
        lambda d: d["paths"]["/notes/"].pop("post"),
        "createNote",
        (BREAKING, "POST /notes/ was removed"),
        (ADDITIVE, "POST /notes/ was added"),
    ),
    "a path": (
        lambda d: d["paths"].update({"/things/": d["paths"].pop("/notes/")}),
        "readNotes",
        (BREAKING, "GET /notes/ was removed"),
        (BREAKING, "GET /things/ was removed"),
    ),
    "a tag": (
        lambda d: read(d).update(tags=[]),
        "readNotes",
        (BREAKING, "no longer has the tag notes, which query keys use"),
        (ADDITIVE, "has the new tag notes"),
    ),
    "the need to sign in": (
        lambda d: create(d).update(security=[{"bearer": []}]),
        "createNote",
        (BREAKING, "now requires a signed-in user"),
        (ADDITIVE, "no longer requires a signed-in user"),
    ),
    "an operation's description": (
        lambda d: read(d).update(description="All of them"),
        "readNotes",
        (NEUTRAL, "has a new description"),
        (NEUTRAL, "has a new description"),
    ),
    "deprecation": (
        lambda d: read(d).update(deprecated=True),
        "readNotes",
        (NEUTRAL, "is deprecated"),
        (NEUTRAL, "is no longer deprecated"),
    ),
    "a parameter": (
        lambda d: read(d)["parameters"].pop(),
        "readNotes.query.sort",
        (BREAKING, "the parameter was removed"),
        (ADDITIVE, "the parameter was added"),
    ),
    "a required parameter": (
        lambda d: read(d)["parameters"].append(new_parameter(required=True)),
        "readNotes.query.q",
        (BREAKING, "the required parameter was added"),
        (BREAKING, "the parameter was removed"),
    ),
    "whether a parameter is required": (
        lambda d: limit(d).update(required=True),
        "readNotes.query.limit",
        (BREAKING, "is now required"),
        (ADDITIVE, "is now optional"),
    ),
    "a parameter's default": (
        lambda d: limit(d)["schema"].update(default=20),
        "readNotes.query.limit",
        (BREAKING, "defaults to 20 instead of 100"),
        (BREAKING, "defaults to 100 instead of 20"),
    ),
    "a parameter's first default": (
        lambda d: read(d)["parameters"][1]["schema"].update(default="title"),
        "readNotes.query.sort",
        (ADDITIVE, 'defaults to "title" instead of None'),
        (BREAKING, 'defaults to None instead of "title"'),
    ),
    "a parameter's maximum": (
        lambda d: limit(d)["schema"].update(maximum=50),
        "readNotes.query.limit",
        (BREAKING, "has maximum 50 instead of 100"),
        (ADDITIVE, "has maximum 100 instead of 50"),
    ),
    "a parameter's minimum": (
        lambda d: limit(d)["schema"].update(minimum=1),
        "readNotes.query.limit",
        (BREAKING, "has minimum 1 instead of None"),
        (ADDITIVE, "has minimum None instead of 1"),
    ),
    "a parameter's value": (
        lambda d: read(d)["parameters"][1]["schema"]["enum"].pop(),
        "readNotes.query.sort",
        (BREAKING, 'no longer has the value "-title" in requests'),
        (ADDITIVE, 'has the new value "-title" in requests'),
    ),
    "a parameter's list of values": (
        lambda d: read(d)["parameters"][1]["schema"].pop("enum"),
        "readNotes.query.sort",
        (ADDITIVE, "can now have any value in requests"),
        (BREAKING, 'is now limited to "-title", "title" in requests'),
    ),
    "a body": (
        lambda d: create(d).pop("requestBody"),
        "createNote.body",
        (BREAKING, "the body was removed"),
        (BREAKING, "the required body was added"),
    ),
    "whether a body is required": (
        lambda d: create(d)["requestBody"].update(required=False),
        "createNote.body",
        (ADDITIVE, "is now optional"),
        (BREAKING, "is now required"),
    ),
    "a body's media type": (
        lambda d: create(d)["requestBody"]["content"].update({"text/csv": {}}),
        "createNote.body",
        (ADDITIVE, "can now be text/csv"),
        (BREAKING, "can no longer be text/csv"),
    ),
    "a response's header": (
        lambda d: read(d)["responses"]["200"].update(headers={"ETag": {}}),
        "readNotes.200",
        (ADDITIVE, "has the new header ETag"),
        (BREAKING, "no longer has the header ETag"),
    ),
    "a success status": (
        lambda d: create(d)["responses"].update({"201": body(ref("Note"))}),
        "createNote.201",
        (ADDITIVE, "can now be returned"),
        (BREAKING, "is no longer returned"),
    ),
    "a response's media type": (
        lambda d: create(d)["responses"]["200"].update(content={"text/csv": {}}),
        "createNote.200",
        (BREAKING, "can no longer be application/json"),
        (BREAKING, "can no longer be text/csv"),
    ),
    "an error code": (
        lambda d: create(d)["responses"].pop("404"),
        "createNote.NOT_001",
        (BREAKING, "is no longer a possible error"),
        (ADDITIVE, "is a new possible error"),
    ),
    "an error code's status": (
        lambda d: create(d)["responses"].update({"410": create(d)["responses"].pop("404")}),
        "createNote.NOT_001",
        (BREAKING, "now has the status 410"),
        (BREAKING, "now has the status 404"),
    ),
    "a field of an error": (
        lambda d: schema(d, "Problem")["properties"].pop("detail"),
        "Problem.detail",
        (BREAKING, "was removed from responses"),
        (ADDITIVE, "was added to responses"),
    ),
    "a type": (
        lambda d: d["components"]["schemas"].update(Other={"type": "object"}),
        "Other",
        (ADDITIVE, "the type was added"),
        (BREAKING, "the type was removed"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_operation_change_and_its_reverse_are_reported(name: str) -> None:
    check_there_and_back(CASES[name])


def test_renamed_operation_is_breaking() -> None:
    new = edited(lambda d: read(d).update(operationId="list_notes"))
    assert changes(DOCUMENT, new) == [Change(BREAKING, "readNotes", "was renamed to listNotes")]


def test_equal_documents_have_no_changes() -> None:
    assert changes(DOCUMENT, deepcopy(DOCUMENT)) == []


def test_new_error_code_is_not_a_change() -> None:
    assert changes(DOCUMENT, edited(lambda d: schema(d, "ErrorCode")["enum"].append("DUP_001"))) == []


def test_documents_without_codes_can_be_compared() -> None:
    old = edited(lambda d: create(d)["responses"].update({"404": body(ref("Problem")), "409": body(ref("Problem"))}))
    assert changes(old, DOCUMENT) == []
