"""Changes of operations: what each is called, and whom it breaks."""

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
        (BREAKING, "POST /notes/ is gone"),
        (ADDITIVE, "POST /notes/ is new"),
    ),
    "a path": (
        lambda d: d["paths"].update({"/things/": d["paths"].pop("/notes/")}),
        "readNotes",
        (BREAKING, "GET /notes/ is gone"),
        (BREAKING, "GET /things/ is gone"),
    ),
    "a tag": (
        lambda d: read(d).update(tags=[]),
        "readNotes",
        (BREAKING, "has no tag notes any more, by which query keys are found"),
        (ADDITIVE, "has the tag notes"),
    ),
    "the need to sign in": (
        lambda d: create(d).update(security=[{"bearer": []}]),
        "createNote",
        (BREAKING, "asks for a signed-in user"),
        (ADDITIVE, "can be used without signing in"),
    ),
    "an operation's description": (
        lambda d: read(d).update(description="All of them"),
        "readNotes",
        (NEUTRAL, "is described in other words"),
        (NEUTRAL, "is described in other words"),
    ),
    "deprecation": (
        lambda d: read(d).update(deprecated=True),
        "readNotes",
        (NEUTRAL, "is deprecated"),
        (NEUTRAL, "is not deprecated"),
    ),
    "a parameter": (
        lambda d: read(d)["parameters"].pop(),
        "readNotes.query.sort",
        (BREAKING, "the parameter is gone"),
        (ADDITIVE, "the parameter is new"),
    ),
    "a required parameter": (
        lambda d: read(d)["parameters"].append(new_parameter(required=True)),
        "readNotes.query.q",
        (BREAKING, "the parameter is new, and required"),
        (BREAKING, "the parameter is gone"),
    ),
    "a parameter's being required": (
        lambda d: limit(d).update(required=True),
        "readNotes.query.limit",
        (BREAKING, "is required"),
        (ADDITIVE, "can be left out"),
    ),
    "a parameter's default": (
        lambda d: limit(d)["schema"].update(default=20),
        "readNotes.query.limit",
        (BREAKING, "is 20 instead of 100 when left out"),
        (BREAKING, "is 100 instead of 20 when left out"),
    ),
    "a parameter's first default": (
        lambda d: read(d)["parameters"][1]["schema"].update(default="title"),
        "readNotes.query.sort",
        (ADDITIVE, 'is "title" instead of None when left out'),
        (BREAKING, 'is None instead of "title" when left out'),
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
        (BREAKING, 'has no value "-title" any more in requests'),
        (ADDITIVE, 'has the new value "-title" in requests'),
    ),
    "a parameter's choice of values": (
        lambda d: read(d)["parameters"][1]["schema"].pop("enum"),
        "readNotes.query.sort",
        (ADDITIVE, "can have any value in requests"),
        (BREAKING, 'is one of "-title", "title" in requests'),
    ),
    "a body": (
        lambda d: create(d).pop("requestBody"),
        "createNote.body",
        (BREAKING, "there is no body any more"),
        (BREAKING, "there is a body now, and it is required"),
    ),
    "a body's being required": (
        lambda d: create(d)["requestBody"].update(required=False),
        "createNote.body",
        (ADDITIVE, "can be left out"),
        (BREAKING, "is required"),
    ),
    "a body's media type": (
        lambda d: create(d)["requestBody"]["content"].update({"text/csv": {}}),
        "createNote.body",
        (ADDITIVE, "can be text/csv"),
        (BREAKING, "is no text/csv any more"),
    ),
    "an answer's header": (
        lambda d: read(d)["responses"]["200"].update(headers={"ETag": {}}),
        "readNotes.200",
        (ADDITIVE, "names its ETag"),
        (BREAKING, "has no ETag any more"),
    ),
    "a success status": (
        lambda d: create(d)["responses"].update({"201": body(ref("Note"))}),
        "createNote.201",
        (ADDITIVE, "can be answered"),
        (BREAKING, "is no longer answered"),
    ),
    "an answer's media type": (
        lambda d: create(d)["responses"]["200"].update(content={"text/csv": {}}),
        "createNote.200",
        (BREAKING, "is no application/json any more"),
        (BREAKING, "is no text/csv any more"),
    ),
    "an error code": (
        lambda d: create(d)["responses"].pop("404"),
        "createNote.NOT_001",
        (BREAKING, "is no longer among its errors"),
        (ADDITIVE, "is among its errors"),
    ),
    "an error code's status": (
        lambda d: create(d)["responses"].update({"410": create(d)["responses"].pop("404")}),
        "createNote.NOT_001",
        (BREAKING, "comes with the status 410"),
        (BREAKING, "comes with the status 404"),
    ),
    "what an error holds": (
        lambda d: schema(d, "Problem")["properties"].pop("detail"),
        "Problem.detail",
        (BREAKING, "is gone from answers"),
        (ADDITIVE, "is new in answers"),
    ),
    "a type": (
        lambda d: d["components"]["schemas"].update(Other={"type": "object"}),
        "Other",
        (ADDITIVE, "the type is new"),
        (BREAKING, "the type is gone"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_an_operation_is_named_there_and_back(name: str) -> None:
    check_there_and_back(CASES[name])


def test_another_name_of_an_operation_breaks() -> None:
    new = edited(lambda d: read(d).update(operationId="list_notes"))
    assert changes(DOCUMENT, new) == [Change(BREAKING, "readNotes", "is called listNotes now")]


def test_the_same_document_has_no_changes() -> None:
    assert changes(DOCUMENT, deepcopy(DOCUMENT)) == []


def test_a_new_code_in_the_catalogue_breaks_nobody() -> None:
    assert changes(DOCUMENT, edited(lambda d: schema(d, "ErrorCode")["enum"].append("DUP_001"))) == []


def test_documents_without_codes_are_compared_without_them() -> None:
    old = edited(lambda d: create(d)["responses"].update({"404": body(ref("Problem")), "409": body(ref("Problem"))}))
    assert changes(old, DOCUMENT) == []
