"""Changes of what is sent and answered: what each is called, and whom it breaks."""

from copy import deepcopy

import pytest

from scripts.api_diff.operations import changes
from scripts.api_diff.schemas import Change, Kind
from scripts.tests.api_diff.small_api import DOCUMENT, Case, Document, check_there_and_back, edited, field, ref, schema

BREAKING, ADDITIVE, NEUTRAL = Kind.BREAKING, Kind.ADDITIVE, Kind.NEUTRAL

CASES: dict[str, Case] = {
    "a field that is sent": (
        lambda d: schema(d, "NoteCreate")["properties"].pop("size"),
        "NoteCreate.size",
        (BREAKING, "is gone from requests"),
        (ADDITIVE, "is new in requests"),
    ),
    "a sent field's being required": (
        lambda d: schema(d, "NoteCreate")["required"].append("size"),
        "NoteCreate.size",
        (BREAKING, "is required in requests"),
        (ADDITIVE, "can be missing in requests"),
    ),
    "a sent field's type": (
        lambda d: field(d, "NoteCreate", "note").update(anyOf=[{"type": "string"}]),
        "NoteCreate.note",
        (BREAKING, "can no longer be null in requests"),
        (ADDITIVE, "can be null in requests"),
    ),
    "a sent field's type, of anything": (
        lambda d: field(d, "NoteCreate", "size").clear(),
        "NoteCreate.size",
        (ADDITIVE, "can be anything in requests"),
        (BREAKING, "can no longer be anything in requests"),
    ),
    "a sent number's kind": (
        lambda d: field(d, "NoteCreate", "size").update(type="number"),
        "NoteCreate.size",
        (ADDITIVE, "can be any number in requests"),
        (BREAKING, "is a whole number in requests"),
    ),
    "a sent list's elements": (
        lambda d: field(d, "NoteCreate", "tags").update(items={"type": ["string", "null"]}),
        "NoteCreate.tags[]",
        (ADDITIVE, "can be null in requests"),
        (BREAKING, "can no longer be null in requests"),
    ),
    "a least length": (
        lambda d: field(d, "NoteCreate", "title").update(minLength=2),
        "NoteCreate.title",
        (BREAKING, "has minLength 2 instead of 1"),
        (ADDITIVE, "has minLength 1 instead of 2"),
    ),
    "a list's being a set": (
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
    "what is refused besides": (
        lambda d: schema(d, "NoteCreate").update(additionalProperties=False),
        "NoteCreate",
        (BREAKING, "has additionalProperties False instead of None"),
        (ADDITIVE, "has additionalProperties None instead of False"),
    ),
    "a field that is answered": (
        lambda d: schema(d, "Note")["properties"].pop("size"),
        "Note.size",
        (BREAKING, "is gone from answers"),
        (ADDITIVE, "is new in answers"),
    ),
    "an answered field's being there": (
        lambda d: schema(d, "Note")["required"].remove("title"),
        "Note.title",
        (BREAKING, "can be missing in answers"),
        (ADDITIVE, "is required in answers"),
    ),
    "an answered field's type": (
        lambda d: field(d, "Note", "note").update(anyOf=[{"type": "string"}]),
        "Note.note",
        (ADDITIVE, "can no longer be null in answers"),
        (BREAKING, "can be null in answers"),
    ),
    "an answered field's type, of anything": (
        lambda d: field(d, "Note", "size").clear(),
        "Note.size",
        (BREAKING, "can be anything in answers"),
        (ADDITIVE, "can be integer in answers"),
    ),
    "a field that is always answered": (
        lambda d: (schema(d, "Note")["properties"].pop("title"), schema(d, "Note")["required"].remove("title")),
        "Note.title",
        (BREAKING, "is gone from answers"),
        (ADDITIVE, "is new in answers"),
    ),
    "one of two formats": (
        lambda d: field(d, "NoteCreate", "note")["anyOf"].append({"type": "string", "format": "date"}),
        "NoteCreate.note",
        (ADDITIVE, "can be string (2) in requests"),
        (BREAKING, "can no longer be string (2) in requests"),
    ),
    "an integer beside a number": (
        lambda d: field(d, "NoteCreate", "size").update(type=["integer", "number"]),
        "NoteCreate.size",
        (ADDITIVE, "can be any number in requests"),
        (BREAKING, "is a whole number in requests"),
    ),
    "an answered number's kind": (
        lambda d: field(d, "Note", "size").update(type="number"),
        "Note.size",
        (BREAKING, "can be any number in answers"),
        (ADDITIVE, "is a whole number in answers"),
    ),
    "an answered field's format": (
        lambda d: field(d, "Note", "id").update(format="email"),
        "Note.id",
        (BREAKING, "has the format email instead of uuid in answers"),
        (BREAKING, "has the format uuid instead of email in answers"),
    ),
    "an answered field's description": (
        lambda d: field(d, "Note", "id").update(description="Made by the API"),
        "Note.id",
        (NEUTRAL, "is described in other words"),
        (NEUTRAL, "is described in other words"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_a_schema_is_named_there_and_back(name: str) -> None:
    check_there_and_back(CASES[name])


def test_a_value_that_is_sent_and_answered_changes_for_both() -> None:
    found = changes(DOCUMENT, edited(lambda d: schema(d, "State")["enum"].append("late")))
    assert found == [
        Change(BREAKING, "State", 'has the new value "late" in answers'),
        Change(ADDITIVE, "State", 'has the new value "late" in requests'),
    ]


def test_a_default_of_an_answer_is_nobodys_concern() -> None:
    assert changes(DOCUMENT, edited(lambda d: field(d, "Note", "size").update(default=1))) == []


def test_the_parts_of_a_type_count_together() -> None:
    def inherit(document: Document) -> None:
        fields = schema(document, "Note")
        document["components"]["schemas"]["Note"] = {"allOf": [ref("Base"), {"allOf": [fields]}]}
        document["components"]["schemas"]["Base"] = {"properties": {"made": {"type": "string"}}, "required": ["made"]}

    assert changes(DOCUMENT, edited(inherit)) == [
        Change(ADDITIVE, "Base", "the type is new"),
        Change(ADDITIVE, "Note.made", "is new in answers"),
    ]


def test_a_type_that_holds_itself_is_compared_once() -> None:
    def nest(document: Document) -> None:
        schema(document, "Note")["properties"]["parent"] = ref("Note")

    old = edited(nest)
    new = deepcopy(old)
    del schema(new, "Note")["properties"]["size"]
    assert changes(old, new) == [Change(BREAKING, "Note.size", "is gone from answers")]
