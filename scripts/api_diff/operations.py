"""Compares two OpenAPI documents: what has broken, come and otherwise changed for clients and for the SDK's users."""

import re
from collections.abc import Iterator
from typing import Any

from scripts.api_diff.schemas import REF, Change, Kind, SchemaComparison, Side

Document = dict[str, Any]
Operation = dict[str, Any]
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def changes(old: Document, new: Document) -> list[Change]:
    """Sorted, breaking ones first."""
    order = list(Kind)
    return sorted(_Comparison(old, new).run(), key=lambda each: (order.index(each.kind), each.subject, each.message))


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self._changes: set[Change] = set()
        self._schemas = SchemaComparison(_components(old), _components(new), self._report)

    def run(self) -> set[Change]:
        before, after = dict(_operations(self._old)), dict(_operations(self._new))
        for key in before.keys() - after.keys():
            self._report(Kind.BREAKING, _function(before[key]), f"{key} is gone")
        for key in after.keys() - before.keys():
            self._report(Kind.ADDITIVE, _function(after[key]), f"{key} is new")
        for key in before.keys() & after.keys():
            self._compare_operations(before[key], after[key])
        self._compare_types()
        return self._changes

    def _report(self, kind: Kind, subject: str, message: str) -> None:
        self._changes.add(Change(kind, subject, message))

    def _compare_types(self) -> None:
        before, after = _components(self._old), _components(self._new)
        for name in before.keys() - after.keys():
            self._report(Kind.BREAKING, name, "the type is gone")
        for name in after.keys() - before.keys():
            self._report(Kind.ADDITIVE, name, "the type is new")
        if "Problem" in before and "Problem" in after:
            self._schemas.compare_component("Problem", Side.ANSWER)

    def _compare_operations(self, old: Operation, new: Operation) -> None:
        name = _function(old)
        if name != _function(new):
            self._report(Kind.BREAKING, name, f"is called {_function(new)} now")
        if bool(old.get("security")) != bool(new.get("security")):
            asks = bool(new.get("security"))
            kind = Kind.BREAKING if asks else Kind.ADDITIVE
            self._report(kind, name, "asks for a signed-in user" if asks else "can be used without signing in")
        for tag in set(old.get("tags", ())) - set(new.get("tags", ())):
            self._report(Kind.BREAKING, name, f"has no tag {tag} any more, by which query keys are found")
        for tag in set(new.get("tags", ())) - set(old.get("tags", ())):
            self._report(Kind.ADDITIVE, name, f"has the tag {tag}")
        for note in ("summary", "description"):
            if old.get(note) != new.get(note):
                self._report(Kind.NEUTRAL, name, "is described in other words")
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            self._report(Kind.NEUTRAL, name, f"is {'not ' * bool(old.get('deprecated'))}deprecated")
        self._compare_parameters(name, _parameters(old), _parameters(new))
        self._compare_bodies(f"{name}.body", old.get("requestBody"), new.get("requestBody"))
        self._compare_answers(name, old["responses"], new["responses"])
        self._compare_errors(name, self._errors(old, self._old), self._errors(new, self._new))

    def _compare_parameters(self, function: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for name in old.keys() - new.keys():
            self._report(Kind.BREAKING, f"{function}.{name}", "the parameter is gone")
        for name in new.keys() - old.keys():
            required = bool(new[name].get("required"))
            kind = Kind.BREAKING if required else Kind.ADDITIVE
            self._report(kind, f"{function}.{name}", f"the parameter is new{', and required' * required}")
        for name in old.keys() & new.keys():
            subject = f"{function}.{name}"
            self._compare_need(subject, old[name], new[name])
            if old[name].get("description") != new[name].get("description"):
                self._report(Kind.NEUTRAL, subject, "is described in other words")
            self._schemas.compare(old[name]["schema"], new[name]["schema"], Side.REQUEST, subject)

    def _compare_need(self, subject: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        if bool(old.get("required")) != bool(new.get("required")):
            required = bool(new.get("required"))
            kind = Kind.BREAKING if required else Kind.ADDITIVE
            self._report(kind, subject, "is required" if required else "can be left out")

    def _compare_bodies(self, subject: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        if old is None and new is not None:
            required = bool(new.get("required"))
            kind = Kind.BREAKING if required else Kind.ADDITIVE
            self._report(kind, subject, f"there is a body now{', and it is required' * required}")
        elif new is None and old is not None:
            self._report(Kind.BREAKING, subject, "there is no body any more")
        elif old is not None and new is not None:
            self._compare_need(subject, old, new)
            self._compare_content(subject, old["content"], new["content"], Side.REQUEST)

    def _compare_answers(self, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        before = {status: answer for status, answer in old.items() if status < "400"}
        after = {status: answer for status, answer in new.items() if status < "400"}
        for status in before.keys() - after.keys():
            self._report(Kind.BREAKING, f"{name}.{status}", "is no longer answered")
        for status in after.keys() - before.keys():
            self._report(Kind.ADDITIVE, f"{name}.{status}", "can be answered")
        for status in before.keys() & after.keys():
            content = before[status].get("content", {}), after[status].get("content", {})
            self._compare_content(f"{name}.{status}", *content, Side.ANSWER)
            self._compare_headers(
                f"{name}.{status}", *(answers[status].get("headers", {}) for answers in (before, after))
            )

    def _compare_headers(self, subject: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        for header in old.keys() - new.keys():
            self._report(Kind.BREAKING, subject, f"has no {header} any more")
        for header in new.keys() - old.keys():
            self._report(Kind.ADDITIVE, subject, f"names its {header}")

    def _compare_content(self, subject: str, old: dict[str, Any], new: dict[str, Any], side: Side) -> None:
        for media in old.keys() - new.keys():
            self._report(Kind.BREAKING, subject, f"is no {media} any more")
        for media in new.keys() - old.keys():
            self._report(Kind.ADDITIVE, subject, f"can be {media}")
        for media in old.keys() & new.keys():
            self._schemas.compare(old[media].get("schema", {}), new[media].get("schema", {}), side, subject)

    def _compare_errors(self, name: str, old: dict[str, set[str]], new: dict[str, set[str]]) -> None:
        if not old or not new:
            return  # a document from before codes were named
        for code in old.keys() - new.keys():
            self._report(Kind.BREAKING, f"{name}.{code}", "is no longer among its errors")
        for code in new.keys() - old.keys():
            self._report(Kind.ADDITIVE, f"{name}.{code}", "is among its errors")
        for code in old.keys() & new.keys():
            for status in sorted(new[code] - old[code]):
                self._report(Kind.BREAKING, f"{name}.{code}", f"comes with the status {status}")

    def _errors(self, operation: Operation, document: Document) -> dict[str, set[str]]:
        """The statuses of each code that the operation documents."""
        statuses: dict[str, set[str]] = {}
        for status, answer in operation["responses"].items():
            if status >= "400":
                for media in answer.get("content", {}).values():
                    for code in _codes(media.get("schema", {}), _components(document)):
                        statuses.setdefault(code, set()).add(status)
        return statuses


def _codes(schema: dict[str, Any], components: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(REF)]
    for each in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _codes(each, components)
    code = schema.get("properties", {}).get("code", {})
    if "const" in code:
        yield code["const"]


def _operations(document: Document) -> Iterator[tuple[str, Operation]]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def _parameters(operation: Operation) -> dict[str, Any]:
    return {f"{each['in']}.{each['name']}": each for each in operation.get("parameters", ())}


def _components(document: Document) -> dict[str, Any]:
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return schemas


def _function(operation: Operation) -> str:
    """What the SDK calls it."""
    return re.sub(r"_(.)", lambda found: found[1].upper(), operation["operationId"])
