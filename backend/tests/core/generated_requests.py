"""Requests for an operation of the OpenAPI document: valid ones, and each part of them wrong in many ways.

They are the same in each run: the random ones have a seed.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tests.core.wrong_values import CONTENT_TYPES, DOCUMENTS, HEADERS, JSON, QUERIES, TEXTS, VALUES

SAME_ORIGIN = (b"sec-fetch-site", b"same-origin")
RANDOM_REQUESTS = 100
"""For each operation with parameters or a body, besides those in which one thing is wrong."""


@dataclass(frozen=True)
class GeneratedRequest:
    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes | None = None
    parts: int = 1
    """In how many messages the body arrives."""


class Requests:
    """Generates requests for one operation. `values` are usable values by the name of a path or query parameter."""

    def __init__(
        self,
        path: str,
        method: str,
        document: dict[str, Any],
        *,
        values: dict[str, list[str]],
        actors: list[tuple[bytes, bytes] | None],
        body: dict[str, Any] | None = None,
    ) -> None:
        """`actors` are the headers that authenticate a user; the first one may do everything. `None` sends none."""
        operation = document["paths"][path][method]
        self._method, self._path, self._actors = method.upper(), path, actors
        parameters = operation.get("parameters", [])
        self._paths = {each["name"]: values.get(each["name"], []) for each in parameters if each["in"] == "path"}
        self._queries = {
            each["name"]: [*values.get(each["name"], []), *_declared(each["schema"])]
            for each in parameters
            if each["in"] == "query"
        }
        self._required = [
            (each["name"], self._queries[each["name"]][0])
            for each in parameters
            if each["in"] == "query" and each["required"]
        ]
        self._properties: dict[str, Any] = {}
        self._body = body
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            self._properties = schema["properties"]
            self._body = body or {name: _valid(each, values) for name, each in self._properties.items()}
        self.has_input = bool(self._paths or self._queries or self._properties)
        self.valid = self._request()

    def __iter__(self) -> Iterator[GeneratedRequest]:
        valid = self.valid
        yield from (self._request(actor=actor) for actor in self._actors)
        yield from (replace(valid, headers=(*valid.headers, header)) for header in HEADERS)
        yield from (replace(valid, headers=(header, *valid.headers)) for header in HEADERS)
        yield from (replace(valid, method=method) for method in ("HEAD", "OPTIONS", "TRACE", "PROPFIND"))
        yield from self._wrong_paths()
        yield from self._wrong_queries()
        yield from self._wrong_bodies()
        if self.has_input:
            generator = random.Random(f"{self._method} {self._path}")  # noqa: S311 - the same in each run
            yield from (self._random(generator) for _ in range(RANDOM_REQUESTS))

    def _request(
        self, path: Mapping[str, str] = {}, *, query: bytes = b"", actor: Any = ..., body: Any = ...
    ) -> GeneratedRequest:
        """The valid request, with other parts where they are given. Required parameters come before `query`."""
        given = {name: quote(path.get(name, (values or ["a"])[0]), safe="") for name, values in self._paths.items()}
        actor = self._actors[0] if actor is ... else actor
        body = self._body if body is ... else body
        headers = (SAME_ORIGIN,) if actor is None else (SAME_ORIGIN, actor)
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers = (*headers, (b"content-type", JSON), (b"content-length", b"%d" % len(body)))
        query = b"&".join(filter(None, (_pairs(*self._required), query)))
        return GeneratedRequest(self._method, self._path.format(**given), query, headers, body)

    def _wrong_paths(self) -> Iterator[GeneratedRequest]:
        for name, values in self._paths.items():
            yield from (self._request({name: value}, actor=actor) for actor in self._actors for value in values)
            yield from (self._request({name: value}, actor=actor) for actor in (..., None) for value in TEXTS)

    def _wrong_queries(self) -> Iterator[GeneratedRequest]:
        for query in QUERIES:
            yield self._request(query=query)
        for name, valid in self._queries.items():
            for value in (*valid, *TEXTS):
                yield self._request(query=_pairs((name, value)))
            good = (valid or ["1"])[0]
            for other in ("", "a", "9" * 40):
                yield self._request(query=_pairs((name, good), (name, other)))
                yield self._request(query=_pairs((name, other), (name, good)))
            for other_name in (f"{name}[]", f"{name}[0]", name.upper(), f" {name}", f"{name}\u200b", name[:-1]):
                yield self._request(query=_pairs((other_name, good)))
            yield self._request(query=name.encode())
            yield self._request(actor=None, query=_pairs((name, "\n")))
        yield replace(self.valid, query=b"")

    def _wrong_bodies(self) -> Iterator[GeneratedRequest]:
        body = self._body
        if not self._properties or body is None:
            yield replace(self.valid, body=b"{}")  # is ignored
            return
        valid = self.valid
        for document in DOCUMENTS:
            yield self._request(body=document)
            yield self._request(body=document, actor=None)
        for sent in (valid, self._request(body=b"{}"), self._request(body=b"{")):
            others = tuple(header for header in sent.headers if header[0] != b"content-type")
            yield replace(sent, headers=others)
            for content_type in CONTENT_TYPES:
                yield replace(sent, headers=(*others, (b"content-type", content_type)))
                yield replace(sent, headers=(*sent.headers, (b"content-type", content_type)))
            yield replace(sent, parts=3)
        yield replace(valid, headers=valid.headers[:-1])  # no content-length
        yield replace(valid, query=b"title=a")
        for name in self._properties:
            yield self._request(body={key: value for key, value in body.items() if key != name})
            yield from (self._request(body={**body, name: value}) for value in VALUES)
            yield self._request(body={**body, name.upper(): 1, f"{name} ": 1, "__proto__": {}, "id": None})
            text = json.dumps(body[name])
            yield self._request(body=f'{{"{name}": 1, "{name}": {text}}}'.encode())
            yield self._request(body=f'{{"{name}": {text}, "{name}": 1}}'.encode())

    def _random(self, generator: random.Random) -> GeneratedRequest:
        pick = generator.choice
        path = {name: pick([*values, *values, pick(TEXTS)]) for name, values in self._paths.items()}
        names = generator.choices(list(self._queries), k=generator.randrange(5)) if self._queries else []
        query = _pairs(*((name, pick([*self._queries[name], pick(TEXTS)])) for name in names))
        body: Any = ...
        if self._properties and self._body is not None:
            body = {
                name: pick([self._body[name], self._body[name], pick(VALUES)])
                for name in generator.sample(list(self._properties), k=generator.randint(0, len(self._properties)))
            }
        request = self._request(path, actor=pick(self._actors), body=body, query=query)
        if body is not ... and pick([True, False]):
            request = replace(request, headers=(*request.headers[:-2], (b"content-type", pick(CONTENT_TYPES))))
        return replace(request, headers=(*request.headers, pick(HEADERS))) if pick([True, False]) else request


def _pairs(*pairs: tuple[str, str]) -> bytes:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs).encode()


def _declared(schema: dict[str, Any]) -> list[str]:
    """The values and limits that a schema of a query parameter declares, and their neighbours."""
    found = list(schema.get("enum", ()))
    for limit in ("minimum", "maximum"):
        if limit in schema:
            found += [str(schema[limit] + step) for step in (0, -1, 1)]
    if "maxLength" in schema:
        found += ["a" * schema["maxLength"], "a" * (schema["maxLength"] + 1)]
    if schema.get("type") == "boolean":
        found += ["true", "false"]
    return [*map(str, found), *(text for each in schema.get("anyOf", ()) for text in _declared(each))]


def _valid(schema: dict[str, Any], values: dict[str, list[str]]) -> Any:
    """A value for a property of a body."""
    if "anyOf" in schema:
        return _valid(next(each for each in schema["anyOf"] if "$ref" not in each), values)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "uuid":
        return values["id"][0]
    if schema["type"] == "array":
        return [_valid(schema["items"], values)]
    texts = {"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "email": "nobody@example.com"}
    if schema["type"] == "string":
        return texts.get(schema.get("format", ""), "1.50")
    return {"integer": 1, "number": 1.5, "boolean": True, "object": {"a": 1}, "null": None}[schema["type"]]
