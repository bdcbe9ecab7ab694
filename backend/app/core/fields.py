"""Types of fields, for the models and parameters of all features. `docs/writing-a-feature.md` has a table of them."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.core.addresses import MAX_LENGTH, normalize_email

Email = Annotated[
    str,
    Field(max_length=MAX_LENGTH, json_schema_extra={"format": "email"}),
    AfterValidator(normalize_email),
]
"""An email address in its normalized form, in which it is stored and compared."""

_CONTROL = r"\x00-\x1f\x7f-\x9f"
_LINE_ENDS = r"\u2028\u2029"


def _checked_name(text: str) -> str:
    if re.search(f"[{_CONTROL}{_LINE_ENDS}]", text):
        raise PydanticCustomError("control_character", "Remove line breaks and other control characters")
    return text if _is_visible(text) else ""


Name = Annotated[
    str,
    # Without the line ends of Unicode: the SDK's generator writes them as they are, which breaks its code.
    Field(max_length=255, json_schema_extra={"pattern": f"^[^{_CONTROL}]*$"}),
    AfterValidator(_checked_name),
]
"""A name that can stand in an email and its header: one line without control characters. An invisible one is empty."""


# White space, control characters, and Unicode's Default_Ignorable_Code_Point: they show nothing.
_INVISIBLE = (
    r"\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_is_visible = re.compile(f"[^{_INVISIBLE}]").search


class NotBlank:
    """Annotation of a required text: one of spaces and invisible characters only counts as empty."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._blank_is_empty, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # Not all of them: a pattern with invisible characters is a trap for the generators of clients.
        return {**handler(schema), "pattern": r"\S"}

    @staticmethod
    def _blank_is_empty(value: Any) -> Any:
        return "" if isinstance(value, str) and not _is_visible(value) else value


# The types of fields in bodies of requests. They accept what their JSON schema says and nothing else, while pydantic
# alone takes "5" for a number, 1 for true and 0 for the first day of 1970.

_RFC_3339 = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
_AMOUNT = r"^-?(0|[1-9]\d{0,9})(\.\d{1,2})?$"


def _amount(value: object) -> Decimal:
    """Accept a text such as "12.50", and a `Decimal` from Python. A JSON number cannot hold every amount exactly."""
    if isinstance(value, str) and re.fullmatch(_AMOUNT.strip("^$"), value, re.ASCII):
        value = Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 10**10 and round(value, 2) == value:
        return round(value, 2)
    raise ValueError('Enter an amount as text with at most two decimals, such as "12.50"')


def _day(value: object) -> object:
    if (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)) or type(value) is dt.date:
        return value
    raise ValueError("Enter a day such as 2026-01-31")


def _moment(value: object) -> object:
    is_aware = isinstance(value, dt.datetime) and value.tzinfo is not None
    if is_aware or (isinstance(value, str) and re.fullmatch(_RFC_3339, value, re.ASCII)):
        return value
    raise ValueError("Enter a time with its time zone, such as 2026-01-31T12:00:00Z")


def _to_utc(value: dt.datetime) -> dt.datetime:
    """PostgreSQL stores a time before the year 1 or after 9999, and the driver then cannot read the row."""
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("Enter a time between the years 1 and 9999") from None


Money = Annotated[
    Decimal,
    Field(max_digits=12, decimal_places=2),
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT}, mode="validation"),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT}, mode="serialization"),
]
"""An amount with two decimals, up to ten digits before them. In JSON it is text, such as "12.50"."""

Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day without a time of day, such as a due date. In JSON 2026-01-31."""

Moment = Annotated[
    dt.datetime,
    BeforeValidator(_moment),
    AfterValidator(_to_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time, always with a time zone. Stored and returned in UTC."""

Number = StrictInt
"""A whole number. Give it limits: `Annotated[Number, Field(ge=0, le=1_000_000)]`."""

Flag = StrictBool
"""True or false."""
