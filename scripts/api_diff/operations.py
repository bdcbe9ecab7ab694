"""Compare two OpenAPI documents: breaking, additive and neutral changes for clients and users of the SDK."""

import re
from collections.abc import Iterator
from typing import Any

from scripts.api_diff.schemas import REF, Change, Kind, SchemaComparison, Side

Document = dict[str, Any]
Operation = dict[str, Any]
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def changes(old: Document, new: Document) -> list[Change]:
    """Return the changes from `old` to `new`, breaking ones first."""
    order = list(Kind)
    return sorted(_Comparison(old, new).run(), key=lambda one: (order.index(one.kind), one.subject, one.message))


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self._changes: set[Change] = set()
        self._schemas = SchemaComparison(_components(old), _components(new), self._report)

    def run(self) -> set[Change]:
        before, after = dict(_operations(self._old)), dict(_operations(self._new))
        for key in before.keys() - after.keys():
            self._report(Kind.BREAKING, _function(before[key]), f"{key} was removed")
        for key in after.keys() - before.keys():
            self._report(Kind.ADDITIVE, _function(after[key]), f"{key} was added")
        for key in before.keys() & after.keys():
            self._compare_operations(before[key], after[key])
        self._compare_types()
        return self._changes

    def _report(self, kind: Kind, subject: str, message: str) -> None:
        self._changes.add(Change(kind, subject, message))

    def _compare_types(self) -> None:
        before, after = _components(self._old), _components(self._new)
        for name in before.keys() - after.keys():
            self._report(Kind.BREAKING, name, "the type was removed")
        for name in after.keys() - before.keys():
            self._report(Kind.ADDITIVE, name, "the type was added")
        if "Problem" in before and "Problem" in after:
            self._schemas.compare_component("Problem", Side.RESPONSE)

    def _compare_operations(self, old: Operation, new: Operation) -> None:
        name = _function(old)
        if name != _function(new):
            self._report(Kind.BREAKING, name, f"was renamed to {_function(new)}")
        if bool(old.get("security")) != bool(new.get("security")):
            closed = bool(new.get("security"))
            kind = Kind.BREAKING if closed else Kind.ADDITIVE
            self._report(kind, name, f"{'now' if closed else 'no longer'} requires a signed-in user")
        for tag in set(old.get("tags", ())) - set(new.get("tags", ())):
            self._report(Kind.BREAKING, name, f"no longer has the tag {tag}, which query keys use")
        for tag in set(new.get("tags", ())) - set(old.get("tags", ())):
            self._report(Kind.ADDITIVE, name, f"has the new tag {tag}")
        for note in ("summary", "description"):
            if old.get(note) != new.get(note):
                self._report(Kind.NEUTRAL, name, "has a new description")
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            self._report(Kind.NEUTRAL, name, f"is {'no longer ' * bool(old.get('deprecated'))}deprecated")
        self._compare_parameters(name, _parameters(old), _parameters(new))
        self._compare_bodies(f"{name}.body", old.get("requestBody"), new.get("requestBody"))
        self._compare_responses(name, old["responses"], new["responses"])
        self._compare_errors(name, self._errors(old, self._old), self._errors(new, self._new))

    def _compare_parameters(self, function: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for name in old.keys() - new.keys():
            self._report(Kind.BREAKING, f"{function}.{name}", "the parameter was removed")
        for name in new.keys() - old.keys():
            required = bool(new[name].get("required"))
            kind = Kind.BREAKING if required else Kind.ADDITIVE
            self._report(kind, f"{function}.{name}", f"the {'required ' * required}parameter was added")
        for name in old.keys() & new.keys():
            subject = f"{function}.{name}"
            self._compare_need(subject, old[name], new[name])
            if old[name].get("description") != new[name].get("description"):
                self._report(Kind.NEUTRAL, subject, "has a new description")
            self._schemas.compare(old[name]["schema"], new[name]["schema"], Side.REQUEST, subject)

    def _compare_need(self, subject: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        if bool(old.get("required")) != bool(new.get("required")):
            required = bool(new.get("required"))
            kind = Kind.BREAKING if required else Kind.ADDITIVE
            self._report(kind, subject, "is now required" if required else "is now optional")

    def _compare_bodies(self, subject: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        if old is None and new is not None:
            required = bool(new.get("required"))
            kind = Kind.BREAKING if required else Kind.ADDITIVE
            self._report(kind, subject, f"the {'required ' * required}body was added")
        elif new is None and old is not None:
            self._report(Kind.BREAKING, subject, "the body was removed")
        elif old is not None and new is not None:
            self._compare_need(subject, old, new)
            self._compare_content(subject, old["content"], new["content"], Side.REQUEST)

    def _compare_responses(self, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        before = {status: response for status, response in old.items() if status < "400"}
        after = {status: response for status, response in new.items() if status < "400"}
        for status in before.keys() - after.keys():
            self._report(Kind.BREAKING, f"{name}.{status}", "is no longer returned")
        for status in after.keys() - before.keys():
            self._report(Kind.ADDITIVE, f"{name}.{status}", "can now be returned")
        for status in before.keys() & after.keys():
            content = before[status].get("content", {}), after[status].get("content", {})
            self._compare_content(f"{name}.{status}", *content, Side.RESPONSE)
            self._compare_headers(
                f"{name}.{status}", *(responses[status].get("headers", {}) for responses in (before, after))
            )

    def _compare_headers(self, subject: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for header in old.keys() - new.keys():
            self._report(Kind.BREAKING, subject, f"no longer has the header {header}")
        for header in new.keys() - old.keys():
            self._report(Kind.ADDITIVE, subject, f"has the new header {header}")

    def _compare_content(self, subject: str, old: dict[str, Any], new: dict[str, Any], side: Side) -> None:
        for media in old.keys() - new.keys():
            self._report(Kind.BREAKING, subject, f"can no longer be {media}")
        for media in new.keys() - old.keys():
            self._report(Kind.ADDITIVE, subject, f"can now be {media}")
        for media in old.keys() & new.keys():
            self._schemas.compare(old[media].get("schema", {}), new[media].get("schema", {}), side, subject)

    def _compare_errors(self, name: str, old: dict[str, set[str]], new: dict[str, set[str]]) -> None:
        if not old or not new:
            return  # an old document does not list its error codes
        for code in old.keys() - new.keys():
            self._report(Kind.BREAKING, f"{name}.{code}", "is no longer a possible error")
        for code in new.keys() - old.keys():
            self._report(Kind.ADDITIVE, f"{name}.{code}", "is a new possible error")
        for code in old.keys() & new.keys():
            for status in sorted(new[code] - old[code]):
                self._report(Kind.BREAKING, f"{name}.{code}", f"now has the status {status}")

    def _errors(self, operation: Operation, document: Document) -> dict[str, set[str]]:
        """Return the documented statuses of each error code."""
        statuses: dict[str, set[str]] = {}
        for status, response in operation["responses"].items():
            if status >= "400":
                for media in response.get("content", {}).values():
                    for code in _codes(media.get("schema", {}), _components(document)):
                        statuses.setdefault(code, set()).add(status)
        return statuses


def _codes(schema: dict[str, Any], components: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(REF)]
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _codes(part, components)
    code = schema.get("properties", {}).get("code", {})
    if "const" in code:
        yield code["const"]


def _operations(document: Document) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def _parameters(operation: Operation) -> dict[str, Any]:
    return {f"{parameter['in']}.{parameter['name']}": parameter for parameter in operation.get("parameters", ())}


def _components(document: Document) -> dict[str, Any]:
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return schemas


def _function(operation: Operation) -> str:
    """Return the operation's name in the SDK."""
    return re.sub(r"_(.)", lambda found: found[1].upper(), operation["operationId"])
