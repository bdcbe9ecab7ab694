"""The check that holds every response of the tests to the OpenAPI document."""

import json
from typing import Any

import pytest
from httpx2 import Request, Response

from tests.core.documented import refuse_undocumented

USER = {
    "id": "01900000-0000-7000-8000-000000000000",
    "email": "ada@example.com",
    "full_name": None,
    "is_active": True,
    "is_superuser": False,
    "created_at": "2026-01-01T00:00:00Z",
    "version": 1,
    "avatar_url": None,
}


async def check(path: str, body: Any) -> None:
    request = Request("GET", f"http://localhost:8000/api/v1{path}")
    headers = {"content-type": "application/json", "etag": '"1"'} if path == "/users/me" else {}
    headers |= {"content-type": "application/json"}
    await refuse_undocumented(Response(200, headers=headers, content=json.dumps(body).encode(), request=request))


async def test_body_of_the_schema_passes() -> None:
    await check("/users/me", USER)
    page = {
        "page": 1,
        "page_size": 1,
        "total_pages": 1,
        "has_next": False,
        "has_prev": False,
        "next_cursor": None,
        "count_is_exact": True,
    }
    await check("/users/", {"data": [USER], "count": 1, "pagination": page})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "1"}, "version"),
        ({"id": "1"}, "uuid"),
        ({"created_at": "today"}, "date-time"),
        ({"full_name": 1}, "full_name"),
        ({"hashed_password": "x"}, "hashed_password"),
    ],
)
async def test_wrong_body_fails(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=f"read_user_me sends a body that its schema does not allow: .*{message}"):
        await check("/users/me", USER | change)


async def test_body_that_lacks_a_field_fails() -> None:
    with pytest.raises(AssertionError, match="is a required property"):
        await check("/users/me", {name: value for name, value in USER.items() if name != "email"})


async def test_row_of_a_page_is_checked() -> None:
    with pytest.raises(AssertionError, match="read_users sends"):
        await check("/users/", {"data": [{"id": USER["id"]}], "count": 1, "pagination": {}})
