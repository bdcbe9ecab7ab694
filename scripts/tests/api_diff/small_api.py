"""A small API, and a check of the changes from an edit and from its reverse."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from scripts.api_diff.operations import changes
from scripts.api_diff.schemas import Change, Kind

Document = dict[str, Any]
Edit = Callable[[Document], object]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def problem(code: str) -> dict[str, Any]:
    return {"allOf": [ref("Problem"), {"properties": {"code": {"const": code}}}]}


def body(schema: Any, media: str = "application/json") -> dict[str, Any]:
    return {"content": {media: {"schema": schema}}}


DOCUMENT: Document = {
    "paths": {
        "/notes/": {
            "get": {
                "operationId": "read_notes",
                "tags": ["notes"],
                "security": [{"bearer": []}],
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "default": 100, "maximum": 100}},
                    {"in": "query", "name": "sort", "schema": {"enum": ["title", "-title"], "type": "string"}},
                ],
                "responses": {"200": body({"type": "array", "items": ref("Note")})},
            },
            "post": {
                "operationId": "create_note",
                "requestBody": {"required": True, **body(ref("NoteCreate"))},
                "responses": {
                    "200": body(ref("Note")),
                    "404": body(ref("NotFoundProblem"), "application/problem+json"),
                    "409": body({"anyOf": [ref("ConflictProblem")]}, "application/problem+json"),
                },
            },
        }
    },
    "components": {
        "schemas": {
            "ErrorCode": {"enum": ["NOT_001", "CONF_001"]},
            "Problem": {"type": "object", "properties": {"code": ref("ErrorCode"), "detail": {"type": "string"}}},
            "NotFoundProblem": problem("NOT_001"),
            "ConflictProblem": problem("CONF_001"),
            "State": {"enum": ["open", "done"], "type": "string"},
            "Note": {
                "type": "object",
                "required": ["id", "title"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "title": {"type": "string", "maxLength": 255},
                    "size": {"type": "integer"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "state": ref("State"),
                },
            },
            "NoteCreate": {
                "type": "object",
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "maxLength": 255, "minLength": 1},
                    "size": {"type": "integer"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "state": ref("State"),
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}


def edited(edit: Edit) -> Document:
    document = deepcopy(DOCUMENT)
    edit(document)
    return document


def read(document: Document) -> Any:
    return document["paths"]["/notes/"]["get"]


def create(document: Document) -> Any:
    return document["paths"]["/notes/"]["post"]


def limit(document: Document) -> Any:
    return read(document)["parameters"][0]


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def field(document: Document, model: str, name: str) -> Any:
    return schema(document, model)["properties"][name]


def new_parameter(required: bool) -> dict[str, Any]:
    return {"in": "query", "name": "q", "required": required, "schema": {"type": "string"}}


# An edit, its subject, and the kind and message of the change and of the reverse change.
Case = tuple[Edit, str, tuple[Kind, str], tuple[Kind, str]]


def check_there_and_back(case: Case) -> None:
    edit, subject, there, back = case
    for found, (kind, message) in (
        (changes(DOCUMENT, edited(edit)), there),
        (changes(edited(edit), DOCUMENT), back),
    ):
        assert Change(kind, subject, message) in found
        assert kind is Kind.BREAKING or Kind.BREAKING not in [change.kind for change in found]
