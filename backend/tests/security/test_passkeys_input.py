"""Odd and damaged answers of devices are refused (PK-02)."""

import json

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.passkeys import ceremonies
from app.passkeys.challenge_tokens import challenge_of
from tests.core.answers import problem
from tests.passkeys.authenticator import Authenticator, decoded, encoded
from tests.passkeys.factories import SAME_ORIGIN, SIGN_IN, sign_in_options, user_with_passkey
from tests.users.factories import create_user

OVER = (401, "AUTH_CHALLENGE_EXPIRED")


def member(text: str, name: str) -> str:
    return str(json.loads(text)["response"][name])


def damaged(text: str) -> list[str]:
    """Return the credential with each of its binary members cut, and with single bytes changed."""
    found = []
    for name in ("clientDataJSON", "authenticatorData", "attestationObject", "signature"):
        if name not in json.loads(text)["response"]:
            continue
        data = decoded(member(text, name))
        places = range(0, len(data), 3)
        changed = [data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :] for place in places]
        for each in (b"", data[: len(data) // 2], data + b"\x00", b"\xbf" * 500, b"\x81" * 3_000, *changed):
            document = json.loads(text)
            document["response"][name] = encoded(each)
            found.append(json.dumps(document))
    return found


ODD = ["", "null", "[]", "{}", "1e999", "[" * 3_900, '{"id": 1}', '{"id": "é", "rawId": "é", "response": {}}']


async def test_pk02_odd_answers_are_refused(client: AsyncClient, session: AsyncSession) -> None:
    for text in ODD:
        token = (await sign_in_options(client))["token"]
        body = {"token": token, "credential": text}
        assert problem(await client.post(SIGN_IN, headers=SAME_ORIGIN, json=body)) == OVER


async def test_pk02_damaged_assertions_are_refused(session: AsyncSession) -> None:
    _, passkey, device = await user_with_passkey(session)
    options = ceremonies.request_options(challenge=challenge_of("token"))

    def is_accepted(text: str) -> bool:
        credential = ceremonies.read_assertion(text)
        found = credential and ceremonies.verify_assertion(
            credential=credential, challenge=challenge_of("token"), public_key=passkey.public_key
        )
        return found is not None

    text = device.sign(options)
    assert is_accepted(text)
    assert not any(is_accepted(each) for each in damaged(text))


async def test_pk02_damaged_registrations_are_refused(session: AsyncSession) -> None:
    """Without attestation, a device is trusted with its own key. Its errors are refusals, not crashes."""
    user, device, challenge = await create_user(session), Authenticator(), challenge_of("token")
    text = device.create(ceremonies.creation_options(user=user, challenge=challenge, existing=[]))
    assert ceremonies.read_registration(text=text, challenge=challenge) is not None
    read = {each: ceremonies.read_registration(text=each, challenge=challenge) for each in [*ODD, *damaged(text)]}
    same_data = [each for each in damaged(text) if member(each, "clientDataJSON") == member(text, "clientDataJSON")]
    assert len(same_data) < len(damaged(text))
    assert not [each for each, key in read.items() if key and each not in same_data]
