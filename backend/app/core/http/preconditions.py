"""No change overwrites another unseen: a row's version is its entity tag (RFC 9110, sections 8.8.3 and 13.1.1).

An answer with one record carries its `ETag`; a client that sends it back as `If-Match` changes that version or nothing.
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
    """Which versions a change is meant for; without `tags`, all of them."""

    tags: frozenset[str] | None = None

    def check(self, version: int) -> None:
        """Raises `PreconditionFailed`. Ask with the row locked: nobody changes it in between."""
        tag = entity_tag(version)
        # A weak tag never matches: this is the strong comparison.
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
            description='`"<version>"`, as the answer with the record had it for `ETag`: refuses the change when the '
            "record has another version by now",
            json_schema_extra={"pattern": _ASCII_IF_MATCH},
        ),
    ] = "*",
) -> Precondition:
    """A header that comes several times is one list."""
    fields = request.headers.getlist("if-match")
    value = ",".join(fields).strip(" \t")
    if not fields or value == "*":
        return ANY_VERSION
    if not _IF_MATCH.fullmatch(value):
        raise Invalid("If-Match", "This is not a list of entity tags")
    return Precondition(frozenset(re.findall(_TAG, value)))


IfMatch = Annotated[Precondition, Depends(_if_match)]
