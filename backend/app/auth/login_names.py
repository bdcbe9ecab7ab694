"""Names besides the address that users can sign in with. Features bring them; this feature has none.

A feature registers how it finds the account of a name in its own `login_names.py`, which is imported when the
application starts:

    register(Usernames())
"""

import unicodedata
from typing import Any, Protocol

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from app.auth.known_devices import account_of
from app.core.addresses import MAX_LENGTH, normalize_email
from app.core.database.statements import AutocommitSession


class LoginNames(Protocol):
    """Names that never contain an `@`, so that none can be an address."""

    async def find_address(self, *, session: AutocommitSession, name: str) -> str | None:
        """Return the address of the account with this name, by one statement. `name` is from `normalize_name`."""
        ...


_registered: list[LoginNames] = []


def register(names: LoginNames) -> None:
    _registered.append(names)


def normalize_name(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


async def address_of(*, session: AutocommitSession, login: str) -> str:
    """Return the account's address as it is stored, for an address or a name.

    What matches no account takes equally long, to prevent enumeration. An unknown name becomes a hash, so that it has
    limits of its own as an unknown address has, and a password that was typed there by mistake is not stored.
    """
    if "@" in login or len(login) > MAX_LENGTH or not _registered:
        try:
            return normalize_email(login)
        except ValueError:
            return ""
    name = normalize_name(login)
    for names in _registered:
        if address := await names.find_address(session=session, name=name):
            return address
    return account_of(name)


class AddressOrName:
    """Annotation of a text to sign in with. Without names, only a valid address is accepted."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) if _registered else {**handler(schema), "format": "email"}

    @staticmethod
    def _checked(login: str) -> str:
        return login if _registered else normalize_email(login)
