"""Compare JSON schemas: what a change means for clients that send such values, and for those that read them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]

REF = "#/components/schemas/"
# Whether a higher limit allows more values.
_LIMITS = {
    **dict.fromkeys(("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"), True),
    **dict.fromkeys(("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"), False),
}
# The values of each rule that allow everything.
_RULES: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("format", "pattern", "multipleOf", "contentMediaType"), (None,)),
    "uniqueItems": (None, False),
    "additionalProperties": (None, True),
}


class Kind(StrEnum):
    BREAKING = "breaking"
    ADDITIVE = "additive"
    NEUTRAL = "neutral"


class Side(StrEnum):
    """Where a value occurs: in requests, which the API reads, or in responses, which clients read."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, order=True)
class Change:
    kind: Kind
    subject: str
    """Its name in a changelog, such as `deleteNote` or `NotePublic.title`."""
    message: str


Report = Callable[[Kind, str, str], None]


class SchemaComparison:
    """Compare the schemas of two documents, each component once per side."""

    def __init__(self, old: dict[str, Schema], new: dict[str, Schema], report: Report) -> None:
        self._old = old
        self._new = new
        self._report = report
        self._seen: set[tuple[str, Side]] = {("ErrorCode", Side.RESPONSE)}  # each operation lists its own codes

    def compare(self, old: Schema, new: Schema, side: Side, subject: str) -> None:
        self._compare_notes(old, new, side, subject)
        before, after = _by_type(old), _by_type(new)
        self._bridge_numbers(before, after, side, subject)
        for name in before.keys() - after.keys():
            kind = Kind.BREAKING if side is Side.REQUEST and "anything" not in after else Kind.ADDITIVE
            self._report(kind, subject, f"can no longer be {name} in {_place(side)}")
        for name in after.keys() - before.keys():
            kind = Kind.BREAKING if side is Side.RESPONSE and "anything" not in before else Kind.ADDITIVE
            self._report(kind, subject, f"can now be {name} in {_place(side)}")
        for name in before.keys() & after.keys():
            self._compare_same_type(before[name], after[name], side, subject)

    def _bridge_numbers(self, before: dict[str, Schema], after: dict[str, Schema], side: Side, subject: str) -> None:
        """Every integer is a number."""
        if "integer" in before and "number" in after:
            before["number"] = before.pop("integer")
            self._widened(side, subject, f"can now be any number in {_place(side)}")
        elif "number" in before and "integer" in after:
            before["integer"] = before.pop("number")
            self._narrowed(side, subject, f"is now an integer in {_place(side)}")

    def _compare_same_type(self, old: Schema, new: Schema, side: Side, subject: str) -> None:
        if "$ref" in old and "$ref" in new:
            return self.compare_component(old["$ref"].removeprefix(REF), side)
        old, new = _merged(old, self._old), _merged(new, self._new)
        self._compare_values(old, new, side, subject)
        self._compare_limits(old, new, side, subject)
        self._compare_fields(old, new, side, subject)
        if "items" in old and "items" in new:
            self.compare(old["items"], new["items"], side, f"{subject}[]")

    def compare_component(self, name: str, side: Side) -> None:
        if (name, side) not in self._seen:
            self._seen.add((name, side))
            self.compare(self._old[name], self._new[name], side, name)

    def _compare_values(self, old: Schema, new: Schema, side: Side, subject: str) -> None:
        before, after = _values(old), _values(new)
        if before is None and after is not None:
            self._narrowed(side, subject, f"is now limited to {_listed(after)} in {_place(side)}")
        elif before is not None and after is None:
            self._widened(side, subject, f"can now have any value in {_place(side)}")
        elif before is not None and after is not None:
            for value in sorted(before - after):
                self._narrowed(side, subject, f"no longer has the value {value} in {_place(side)}")
            for value in sorted(after - before):
                self._widened(side, subject, f"has the new value {value} in {_place(side)}")

    def _compare_limits(self, old: Schema, new: Schema, side: Side, subject: str) -> None:
        if side is Side.RESPONSE:
            if old.get("format") != new.get("format"):
                message = f"has the format {new.get('format')} instead of {old.get('format')} in responses"
                self._report(Kind.BREAKING, subject, message)
            return
        for name, higher_is_wider in _LIMITS.items():
            before, after = old.get(name), new.get(name)
            if before == after:
                continue
            wider = after is None or (before is not None and (after > before) is higher_is_wider)
            message = f"has {name} {after} instead of {before}"
            self._report(Kind.ADDITIVE if wider else Kind.BREAKING, subject, message)
        for name, open_values in _RULES.items():
            before, after = old.get(name), new.get(name)
            if before != after:
                kind = Kind.ADDITIVE if after in open_values else Kind.BREAKING
                self._report(kind, subject, f"has {name} {after} instead of {before}")

    def _compare_fields(self, old: Schema, new: Schema, side: Side, subject: str) -> None:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before.keys() - after.keys():
            self._report(Kind.BREAKING, f"{subject}.{name}", f"was removed from {_place(side)}")
        for name in after.keys() - before.keys():
            is_required = side is Side.REQUEST and name in needed_after
            kind = Kind.BREAKING if is_required else Kind.ADDITIVE
            self._report(kind, f"{subject}.{name}", f"was added to {_place(side)}{', and is required' * is_required}")
        for name in before.keys() & after.keys():
            field = f"{subject}.{name}"
            if name in needed_after - needed_before:
                self._narrowed(side, field, f"is now required in {_place(side)}")
            elif name in needed_before - needed_after:
                self._widened(side, field, f"is now optional in {_place(side)}")
            self.compare(before[name], after[name], side, field)

    def _compare_notes(self, old: Schema, new: Schema, side: Side, subject: str) -> None:
        if side is Side.REQUEST and old.get("default") != new.get("default"):
            kind = Kind.BREAKING if "default" in old else Kind.ADDITIVE
            message = f"defaults to {_shown(new.get('default'))} instead of {_shown(old.get('default'))}"
            self._report(kind, subject, message)
        if old.get("description") != new.get("description"):
            self._report(Kind.NEUTRAL, subject, "has a new description")
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            self._report(Kind.NEUTRAL, subject, f"is {'no longer ' * bool(old.get('deprecated'))}deprecated")

    def _narrowed(self, side: Side, subject: str, message: str) -> None:
        self._report(Kind.BREAKING if side is Side.REQUEST else Kind.ADDITIVE, subject, message)

    def _widened(self, side: Side, subject: str, message: str) -> None:
        self._report(Kind.ADDITIVE if side is Side.REQUEST else Kind.BREAKING, subject, message)


def _by_type(schema: Schema) -> dict[str, Schema]:
    types: dict[str, Schema] = {}
    for name, alternative in _alternatives(schema):
        types[name if name not in types else f"{name} ({len(types)})"] = alternative
    if "number" in types:
        types.pop("integer", None)
    return types


def _alternatives(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the possible types of a value, with a readable name each."""
    for union in ("anyOf", "oneOf"):
        if union in schema:
            for part in schema[union]:
                yield from _alternatives(part)
            return
    if "$ref" in schema:
        yield schema["$ref"].removeprefix(REF), schema
    elif isinstance(schema.get("type"), list):
        for name in schema["type"]:
            yield name, {**schema, "type": name}
    elif "type" in schema:
        yield schema["type"], schema
    elif "allOf" in schema or "properties" in schema:
        yield "object", schema
    else:
        yield ("one of its values" if _values(schema) else "anything"), schema


def _merged(schema: Schema, components: dict[str, Schema]) -> Schema:
    """Merge all parts of an `allOf` into one schema."""
    if "allOf" not in schema:
        return schema
    parts = [components[part["$ref"].removeprefix(REF)] if "$ref" in part else part for part in schema["allOf"]]
    parts = [_merged(part, components) for part in parts] + [schema]
    merged = {key: value for part in parts for key, value in part.items() if key != "allOf"}
    merged["properties"] = {name: field for part in parts for name, field in part.get("properties", {}).items()}
    merged["required"] = [name for part in parts for name in part.get("required", ())]
    return merged


def _values(schema: Schema) -> set[str] | None:
    if "const" in schema:
        return {_shown(schema["const"])}
    return {_shown(value) for value in schema["enum"]} if "enum" in schema else None


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values))


def _place(side: Side) -> str:
    return "requests" if side is Side.REQUEST else "responses"
