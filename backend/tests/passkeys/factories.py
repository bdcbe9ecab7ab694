"""Passkeys for tests."""

from typing import Any

from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession
from webauthn.helpers import encode_cbor

from app.passkeys import crud
from app.passkeys.models import Passkey
from app.users.models import User
from tests.auth.factories import Headers, sign_in
from tests.passkeys.authenticator import Authenticator, encoded
from tests.users.factories import create_user

V1 = "/api/v1"
PASSKEYS, SIGN_IN = f"{V1}/passkeys/", f"{V1}/login/passkeys"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def create_passkey(session: AsyncSession, user: User, name: str = "Laptop") -> tuple[Passkey, Authenticator]:
    """Store a passkey of the user, and return the device that has it."""
    device = Authenticator(user_handle=user.id.bytes)
    numbers = device.key.public_key().public_numbers()
    key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    passkey = Passkey(
        user_id=user.id,
        name=name,
        credential_id=encoded(device.credential_id),
        public_key=encoded(encode_cbor(key)),
        transports=["internal"],
        is_backed_up=False,
    )
    await crud.create_passkey(session=session, passkey=passkey, sign_count=0)
    await session.commit()
    return passkey, device


async def user_with_passkey(session: AsyncSession, **fields: Any) -> tuple[User, Passkey, Authenticator]:
    user = await create_user(session, **fields)
    return (user, *await create_passkey(session, user))


async def proven(session: AsyncSession, user: User, **fields: Any) -> Headers:
    """Sign the user in with a session that was proved by a passkey."""
    return await sign_in(session, user, factor="passkeys", **fields)


async def start(client: AsyncClient, headers: Headers) -> dict[str, Any]:
    """Start the registration of a passkey."""
    response = await client.post(f"{PASSKEYS}registration", headers=headers)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def add(
    client: AsyncClient, headers: Headers, device: Authenticator, name: str = "Laptop", **changes: Any
) -> Response:
    """Add a passkey of the device, as the dashboard does. `changes` replace members of the response of the device."""
    started = await start(client, headers)
    body = {"token": started["token"], "name": name, "credential": device.create(started["options"], **changes)}
    return await client.post(PASSKEYS, headers=headers, json=body)


async def sign_in_options(client: AsyncClient) -> dict[str, Any]:
    response = await client.get(f"{SIGN_IN}/options")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def sign_in_with(client: AsyncClient, device: Authenticator, **changes: Any) -> Response:
    """Sign in as the dashboard does. `changes` replace members of the response of the device."""
    started = await sign_in_options(client)
    body = {"token": started["token"], "credential": device.sign(started["options"], **changes)}
    return await client.post(SIGN_IN, headers=SAME_ORIGIN, json=body)
