"""Conditional requests, which prevent lost updates (RFC 9110, sections 8.8.3 and 13.1.1).

A response with one record has the record's version as its `ETag`. A client that sends it back as `If-Match` changes
that version or gets 412.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from app.core.errors import Invalid, PreconditionFailed
from app.core.http.openapi import raises

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_ELEMENT = rf"[ \t]*(?:{_TAG}[ \t]*)?"
_IF_MATCH = re.compile(rf"{_ELEMENT}(?:,{_ELEMENT})*")
_ASCII_IF_MATCH = r'^(\*|"[!#-~]*"(, ?"[!#-~]*")*)$'


def entity_tag(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True)
class Precondition:
    """The entity tags of the versions that a request applies to; `None` is any version."""

    tags: frozenset[str] | None = None

    def check(self, version: int) -> None:
        """Raise `PreconditionFailed` if the version does not match. Lock the row first, so that it cannot change."""
        tag = entity_tag(version)
        # Strong comparison: a weak tag never matches.
        if self.tags is not None and tag not in self.tags:
            raise PreconditionFailed(headers={"ETag": tag})


ANY_VERSION = Precondition()


@raises(PreconditionFailed)
async def _if_match(
    request: Request,
    _: Annotated[
        str,
        Header(
            alias="If-Match",
            max_length=8_000,
            description='`"<version>"`, the `ETag` of the response with the record. The request fails with 412 if the '
            "record has a different version now.",
            json_schema_extra={"pattern": _ASCII_IF_MATCH},
        ),
    ] = "*",
) -> Precondition:
    """Parse `If-Match`. Repeated headers form one list. Raises `Invalid`."""
    fields = request.headers.getlist("if-match")
    value = ",".join(fields).strip(" \t")
    if not fields or value == "*":
        return ANY_VERSION
    if not _IF_MATCH.fullmatch(value):
        raise Invalid("If-Match", 'Not a list of entity tags. Write them like "3" or "3", "4".')
    return Precondition(frozenset(re.findall(_TAG, value)))


IfMatch = Annotated[Precondition, Depends(_if_match)]
