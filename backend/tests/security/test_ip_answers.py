"""Validation errors do not echo the input, and unusual email addresses are only addresses (IP-08, IP-10)."""

import json
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.main import app
from tests.auth.factories import signed_in_superuser
from tests.auth.mailbox import Mails
from tests.core.answers import problem
from tests.examples import parameters
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD

MARK = "Marker31415"
SIGNUP = "/api/v1/users/signup"


def json_operations() -> list[tuple[str, str, list[str]]]:
    """Return the method, path and body fields of every operation that accepts JSON."""
    document = app.openapi()
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if reference := content.get("application/json", {}).get("schema", {}).get("$ref"):
                schema = document["components"]["schemas"][reference.rpartition("/")[2]]
                found.append((method.upper(), path, sorted(schema["properties"])))
    return found


@pytest.mark.parametrize(("method", "path", "names"), json_operations())
@pytest.mark.parametrize(
    "shape", [{MARK: MARK}, [MARK], MARK * 100, f"{MARK}\u0000"], ids=["object", "list", "long", "nul"]
)
async def test_ip10_refused_body_is_not_echoed(
    client: AsyncClient, session: AsyncSession, method: str, path: str, names: list[str], shape: Any
) -> None:
    superuser, headers = await signed_in_superuser(session)
    path = path.format(id=superuser.id, user_id=superuser.id, **parameters())
    headers |= {"Sec-Fetch-Site": "same-origin"}
    response = await client.request(method, path, headers=headers, json=dict.fromkeys(names, shape))
    assert problem(response)[0] in (404, 422)
    assert MARK not in response.text
    assert "input" not in response.json()


@pytest.mark.parametrize("password", ["hunter2", "password123", "x" * 40 + MARK * 10])
async def test_ip10_refused_password_is_not_echoed(client: AsyncClient, password: str) -> None:
    response = await client.post(SIGNUP, json={"email": "ada@example.com", "password": password})
    assert problem(response) == (422, "VAL_001")
    assert password not in response.text


async def test_ip10_broken_json_is_not_echoed(client: AsyncClient) -> None:
    body = json.dumps({"email": "ada@example.com", "password": MARK})[:-1]
    response = await client.post(SIGNUP, headers={"Content-Type": "application/json"}, content=body)
    assert problem(response)[0] in (400, 422)
    assert MARK not in response.text


ODD_ADDRESSES = [
    "o'brien+tag@example.com",
    "a.b-c_d=e/f!g#h$i%j&k*l?m^n`o{p|q}r~s@example.com",
    "x" * 64 + "@example.com",
    "ada@" + ".".join(["y" * 63, "y" * 63, "y" * 50, "com"]),
    "ada@bücher.example",
    "ada@xn--bcher-kva.example",
    "ada@例え.テスト",
    "ada@straße.example",
    "ada@EXAMPLE.co.uk",
    "1@2.com",
    "üda@example.com",
    "ада@example.com",
    '"quoted"@example.com',
    '"a b"@example.com',
    "ada@[127.0.0.1]",
    "ada@example.com.",
    "ada@example..com",
    ".ada@example.com",
    "ada@-example.com",
    "ada@ex_ample.com",
    "ada@xn--a.example",
    "ada@example.com\r\nBcc: bob@example.com",
    "Ada <ada@example.com>",
    "ada@example.com, bob@example.com",
    "ada@@example.com",
    "@",
    "ada%40example.com",
    "💥@💥.com",
    "ada@\u202eexample.com",
]


@pytest.mark.parametrize("email", ODD_ADDRESSES)
async def test_ip08_unusual_address_is_refused_or_gets_mail(
    client: AsyncClient, mails: Mails, run_jobs: RunJobs, email: str
) -> None:
    response = await client.post(SIGNUP, json={"email": email, "password": PASSWORD})
    if response.status_code == 200:
        await run_jobs()
        assert len(mails()) == 1
    else:
        assert problem(response) == (422, "VAL_001")


async def test_ip08_international_domain_gets_its_mail(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json={"email": "ada@bücher.example", "password": PASSWORD})
    await run_jobs()
    [mail] = mails()
    assert mail.summary["To"][0]["Address"] in ("ada@xn--bcher-kva.example", "ada@bücher.example")
