"""Changes of schemas in requests and responses: the message for each, and whether it is breaking."""

from copy import deepcopy

import pytest

from scripts.api_diff.operations import changes
from scripts.api_diff.schemas import Change, Kind
from scripts.tests.api_diff.small_api import DOCUMENT, Case, Document, check_there_and_back, edited, field, ref, schema

BREAKING, ADDITIVE, NEUTRAL = Kind.BREAKING, Kind.ADDITIVE, Kind.NEUTRAL

CASES: dict[str, Case] = {
    "a request field": (
        lambda d: schema(d, "NoteCreate")["properties"].pop("size"),
        "NoteCreate.size",
        (BREAKING, "was removed from requests"),
        (ADDITIVE, "was added to requests"),
    ),
    "whether a request field is required": (
        lambda d: schema(d, "NoteCreate")["required"].append("size"),
        "NoteCreate.size",
        (BREAKING, "is now required in requests"),
        (ADDITIVE, "is now optional in requests"),
    ),
    "a request field's type": (
        lambda d: field(d, "NoteCreate", "note").update(anyOf=[{"type": "string"}]),
        "NoteCreate.note",
        (BREAKING, "can no longer be null in requests"),
        (ADDITIVE, "can now be null in requests"),
    ),
    "a request field of any type": (
        lambda d: field(d, "NoteCreate", "size").clear(),
        "NoteCreate.size",
        (ADDITIVE, "can now be anything in requests"),
        (BREAKING, "can no longer be anything in requests"),
    ),
    "a request number's kind": (
        lambda d: field(d, "NoteCreate", "size").update(type="number"),
        "NoteCreate.size",
        (ADDITIVE, "can now be any number in requests"),
        (BREAKING, "is now an integer in requests"),
    ),
    "a request list's elements": (
        lambda d: field(d, "NoteCreate", "tags").update(items={"type": ["string", "null"]}),
        "NoteCreate.tags[]",
        (ADDITIVE, "can now be null in requests"),
        (BREAKING, "can no longer be null in requests"),
    ),
    "a minimum length": (
        lambda d: field(d, "NoteCreate", "title").update(minLength=2),
        "NoteCreate.title",
        (BREAKING, "has minLength 2 instead of 1"),
        (ADDITIVE, "has minLength 1 instead of 2"),
    ),
    "unique list elements": (
        lambda d: field(d, "NoteCreate", "tags").update(uniqueItems=True),
        "NoteCreate.tags",
        (BREAKING, "has uniqueItems True instead of None"),
        (ADDITIVE, "has uniqueItems None instead of True"),
    ),
    "a pattern": (
        lambda d: field(d, "NoteCreate", "title").update(pattern="^A"),
        "NoteCreate.title",
        (BREAKING, "has pattern ^A instead of None"),
        (ADDITIVE, "has pattern None instead of ^A"),
    ),
    "additional properties": (
        lambda d: schema(d, "NoteCreate").update(additionalProperties=False),
        "NoteCreate",
        (BREAKING, "has additionalProperties False instead of None"),
        (ADDITIVE, "has additionalProperties None instead of False"),
    ),
    "a response field": (
        lambda d: schema(d, "Note")["properties"].pop("size"),
        "Note.size",
        (BREAKING, "was removed from responses"),
        (ADDITIVE, "was added to responses"),
    ),
    "whether a response field is required": (
        lambda d: schema(d, "Note")["required"].remove("title"),
        "Note.title",
        (BREAKING, "is now optional in responses"),
        (ADDITIVE, "is now required in responses"),
    ),
    "a response field's type": (
        lambda d: field(d, "Note", "note").update(anyOf=[{"type": "string"}]),
        "Note.note",
        (ADDITIVE, "can no longer be null in responses"),
        (BREAKING, "can now be null in responses"),
    ),
    "a response field of any type": (
        lambda d: field(d, "Note", "size").clear(),
        "Note.size",
        (BREAKING, "can now be anything in responses"),
        (ADDITIVE, "can now be integer in responses"),
    ),
    "a required response field": (
        lambda d: (schema(d, "Note")["properties"].pop("title"), schema(d, "Note")["required"].remove("title")),
        "Note.title",
        (BREAKING, "was removed from responses"),
        (ADDITIVE, "was added to responses"),
    ),
    "one of two formats": (
        lambda d: field(d, "NoteCreate", "note")["anyOf"].append({"type": "string", "format": "date"}),
        "NoteCreate.note",
        (ADDITIVE, "can now be string (2) in requests"),
        (BREAKING, "can no longer be string (2) in requests"),
    ),
    "an integer beside a number": (
        lambda d: field(d, "NoteCreate", "size").update(type=["integer", "number"]),
        "NoteCreate.size",
        (ADDITIVE, "can now be any number in requests"),
        (BREAKING, "is now an integer in requests"),
    ),
    "a response number's kind": (
        lambda d: field(d, "Note", "size").update(type="number"),
        "Note.size",
        (BREAKING, "can now be any number in responses"),
        (ADDITIVE, "is now an integer in responses"),
    ),
    "a response field's format": (
        lambda d: field(d, "Note", "id").update(format="email"),
        "Note.id",
        (BREAKING, "has the format email instead of uuid in responses"),
        (BREAKING, "has the format uuid instead of email in responses"),
    ),
    "a response field's description": (
        lambda d: field(d, "Note", "id").update(description="Made by the API"),
        "Note.id",
        (NEUTRAL, "has a new description"),
        (NEUTRAL, "has a new description"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_schema_change_and_its_reverse_are_reported(name: str) -> None:
    check_there_and_back(CASES[name])


def test_shared_value_changes_requests_and_responses() -> None:
    found = changes(DOCUMENT, edited(lambda d: schema(d, "State")["enum"].append("late")))
    assert found == [
        Change(BREAKING, "State", 'has the new value "late" in responses'),
        Change(ADDITIVE, "State", 'has the new value "late" in requests'),
    ]


def test_default_in_response_is_not_a_change() -> None:
    assert changes(DOCUMENT, edited(lambda d: field(d, "Note", "size").update(default=1))) == []


def test_parts_of_a_type_are_merged() -> None:
    def inherit(document: Document) -> None:
        fields = schema(document, "Note")
        document["components"]["schemas"]["Note"] = {"allOf": [ref("Base"), {"allOf": [fields]}]}
        document["components"]["schemas"]["Base"] = {"properties": {"made": {"type": "string"}}, "required": ["made"]}

    assert changes(DOCUMENT, edited(inherit)) == [
        Change(ADDITIVE, "Base", "the type was added"),
        Change(ADDITIVE, "Note.made", "was added to responses"),
    ]


def test_recursive_type_is_compared_once() -> None:
    def nest(document: Document) -> None:
        schema(document, "Note")["properties"]["parent"] = ref("Note")

    old = edited(nest)
    new = deepcopy(old)
    del schema(new, "Note")["properties"]["size"]
    assert changes(old, new) == [Change(BREAKING, "Note.size", "was removed from responses")]
