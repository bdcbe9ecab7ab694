"""Each endpoint with a password refuses a long one before any work on it, and normalizes the others (PW-03, PW-19)."""

import unicodedata
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.security import passwords
from app.users import passwords as rules
from tests.auth.factories import signed_in_superuser
from tests.core.answers import problem
from tests.users.factories import PASSWORD

API = "/api/v1"
EMAIL = "ada@example.com"
LONG = "a" + "\u0301" * 10_000 + "\u0323" * 10_000
ENDPOINTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "sign-up": ("POST", "users/signup", {"email": EMAIL, "password": LONG}),
    "create": ("POST", "users/", {"email": EMAIL, "password": LONG}),
    "private": ("POST", "private/users/", {"email": EMAIL, "password": LONG}),
    "update": ("PATCH", "users/{id}", {"password": LONG}),
    "current": ("PATCH", "users/me/password", {"current_password": LONG, "new_password": PASSWORD}),
    "new": ("PATCH", "users/me/password", {"current_password": PASSWORD, "new_password": LONG}),
    "reset": ("POST", "reset-password/", {"token": "x" * 43, "new_password": LONG}),
    "sign-in": ("POST", "login/session", {"email": EMAIL, "password": LONG}),
}


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_pw19_each_endpoint_refuses_a_long_password(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    superuser, headers = await signed_in_superuser(session)
    worked_on: list[int] = []

    class Noted:
        @staticmethod
        def normalize(form: Any, text: str) -> str:
            worked_on.append(len(text))
            return unicodedata.normalize(form, text)

    monkeypatch.setattr(passwords, "unicodedata", Noted)
    monkeypatch.setattr(rules, "unicodedata", Noted)
    method, path, body = ENDPOINTS[name]
    url = f"{API}/{path.format(id=superuser.id)}"
    sent = {**headers, "Sec-Fetch-Site": "same-origin"}
    response = await client.request(method, url, headers=sent, json=body)
    assert problem(response) == (422, "VAL_001")
    assert worked_on == []
