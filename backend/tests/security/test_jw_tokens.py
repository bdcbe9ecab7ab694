"""Only tokens that this service issued for this purpose are accepted (JW-01..03, JW-07)."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.service import SESSION_LIFETIME
from app.core.security import signed_tokens
from tests.auth.factories import sign_in
from tests.core.answers import problem
from tests.users.factories import create_user

ME = "/api/v1/users/me"
PUBLIC_KEY = signed_tokens._signing_key.public_key()
Claims = dict[str, Any]


@pytest.fixture
async def claims(session: AsyncSession) -> Claims:
    """Return the claims of an access token of an active session."""
    user = await create_user(session)
    user_session = await crud.create_session(session=session, user_id=user.id, lifetime=SESSION_LIFETIME)
    await session.commit()
    now = int(time.time())
    ids = {"sub": str(user.id), "sid": str(user_session.id)}
    return {"iss": "http://localhost:8000", "aud": "api", "iat": now, "exp": now + 3600, **ids}


def encoded(part: Any) -> bytes:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(claims: Any, header: Claims | None = None, key: Any = signed_tokens._signing_key) -> str:
    """Sign a token with our key and header by default. `None` removes a field of the header."""
    fields = {"alg": "EdDSA", "typ": "at+jwt", "kid": signed_tokens._key_id, **(header or {})}
    message = encoded({name: value for name, value in fields.items() if value is not None}) + b"." + encoded(claims)
    signature = hmac.digest(key, message, "sha256") if isinstance(key, bytes) else key.sign(message)
    return (message + b"." + encoded(signature)).decode()


async def refused(client: AsyncClient, token: str) -> None:
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"session={token}"}):
        response = await client.get(ME, headers=headers)
        assert problem(response) == (401, "AUTH_001")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_own_token_is_accepted(client: AsyncClient, claims: Claims) -> None:
    """Without this, the refusals below would prove nothing."""
    for headers in ({"Authorization": f"Bearer {signed(claims)}"}, {"Cookie": f"session={signed(claims)}"}):
        assert (await client.get(ME, headers=headers)).status_code == 200


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, "HS256", "eddsa", "ES256", 1, ["EdDSA"]])
async def test_jw01_other_algorithm_is_refused(client: AsyncClient, claims: Claims, alg: Any) -> None:
    token = signed(claims, {"alg": alg})
    await refused(client, token)
    await refused(client, token.rpartition(".")[0] + ".")


async def test_jw01_stripped_signature_is_refused(client: AsyncClient, claims: Claims) -> None:
    message = signed(claims).rpartition(".")[0]
    for token in (message, f"{message}.", f"{message}..", f"{message}.{encoded(bytes(64)).decode()}"):
        await refused(client, token)


async def test_jw01_changed_payload_is_refused(client: AsyncClient, session: AsyncSession, claims: Claims) -> None:
    other = await sign_in(session, await create_user(session))
    header, _, signature = signed(claims).split(".")
    payload = other["Authorization"].split(".")[1]
    await refused(client, f"{header}.{payload}.{signature}")


PUBLIC_KEY_BYTES = {
    "raw": PUBLIC_KEY.public_bytes_raw(),
    "pem": PUBLIC_KEY.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "der": PUBLIC_KEY.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "jwk": json.dumps(jwt.algorithms.OKPAlgorithm.to_jwk(PUBLIC_KEY, as_dict=True)).encode(),
    "jwks": json.dumps({"keys": [jwt.algorithms.OKPAlgorithm.to_jwk(PUBLIC_KEY, as_dict=True)]}).encode(),
    "kid": signed_tokens._key_id.encode(),
    "empty": b"",
}


@pytest.mark.parametrize("form", PUBLIC_KEY_BYTES)
async def test_jw01_public_key_is_refused_as_secret(client: AsyncClient, claims: Claims, form: str) -> None:
    await refused(client, signed(claims, {"alg": "HS256"}, PUBLIC_KEY_BYTES[form]))


STRANGER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"stranger").digest())


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"kid": "stranger"},
        {"jwk": jwt.algorithms.OKPAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)},
        {"jku": "http://localhost:8000/keys.json"},
        {"x5u": "http://localhost:8000/key.pem", "x5c": ["MA=="]},
    ],
    ids=["plain", "kid", "jwk", "jku", "x5u"],
)
async def test_jw01_token_signed_by_another_key_is_refused(client: AsyncClient, claims: Claims, header: Claims) -> None:
    await refused(client, signed(claims, header, STRANGER))


@pytest.mark.parametrize("kid", [None, "", "other", "../../dev/null", "' or 1=1", 1, ["a"], {"a": 1}, True])
async def test_jw01_unknown_key_id_is_refused(client: AsyncClient, claims: Claims, kid: Any) -> None:
    await refused(client, signed(claims, {"kid": kid}))


@pytest.mark.parametrize("crit", [["exp"], ["b64"], ["unknown"], [], "exp", 1])
async def test_jw01_critical_extension_is_refused(client: AsyncClient, claims: Claims, crit: Any) -> None:
    await refused(client, signed(claims, {"crit": crit, "unknown": True}))


@pytest.mark.parametrize("typ", [None, "", "JWT", "refresh+jwt", "at+JWT", "application/at+jwt", 1, ["at+jwt"]])
async def test_jw02_other_type_is_refused(client: AsyncClient, claims: Claims, typ: Any) -> None:
    await refused(client, signed(claims, {"typ": typ}))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp"])
async def test_jw02_missing_or_null_claim_is_refused(client: AsyncClient, claims: Claims, name: str) -> None:
    await refused(client, signed({**claims, name: None}))
    del claims[name]
    await refused(client, signed(claims))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "http://evil.example"},
        {"iss": "http://localhost:8000/"},
        {"iss": ["http://localhost:8000"]},
        {"aud": "refresh"},
        {"aud": ["api"]},
        {"aud": ["api", "other"]},
        {"aud": ""},
        {"sub": 1},
        {"sub": {}},
        {"sid": 1},
        {"sid": "nonsense"},
        {"sid": ["a"]},
        {"sid": True},
        {"sid": "x" * 3000},
        {"sid": "01900000-0000-7000-8000-000000000000"},
        {"exp": 1},
        {"exp": -1},
        {"exp": "9999999999"},
        {"exp": "tomorrow"},
        {"exp": 10**400},
        {"exp": True},
        {"exp": []},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"iat": "now"},
        {"iat": 9_999_999_999},
        {"iat": float("inf")},
        {"nbf": 9_999_999_999},
        {"nbf": "now"},
    ],
    ids=str,
)
async def test_jw02_wrong_claim_is_refused(client: AsyncClient, claims: Claims, wrong: Claims) -> None:
    await refused(client, signed(claims | wrong))


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b'"a"', b"{", b"\xff", b"[" * 2000], ids=str)
async def test_jw02_payload_must_be_an_object(client: AsyncClient, payload: bytes) -> None:
    await refused(client, signed(payload))


async def test_jw03_token_of_a_deleted_session_is_refused(
    client: AsyncClient, session: AsyncSession, claims: Claims
) -> None:
    await crud.end_session(session=session, session_id=claims["sid"])
    await session.commit()
    await refused(client, signed(claims))


GARBAGE = [
    b"",
    b" ",
    b"Bearer",
    b"Bearer ",
    b"Bearer a b",
    b"Bearer a.b",
    b"Bearer a.b.c",
    b"Bearer ...",
    b"Bearer =.=.=",
    b"Bearer e30.e30.e30",
    b"Bearer bnVsbA.bnVsbA.",
    b"Bearer \xff\xfe",
    b"Bearer \xc3\xa9.\xc3\xa9.\xc3\xa9",
    b"Bearer \t.\t.\t",
    b"Bearer " + b"x" * 20_000,
    b"Bearer " + b"." * 4_000,
    b"Bearer " + base64.urlsafe_b64encode(b"[" * 2_000) + b".e30.e30",
    b"Basic YWRhOnNlY3JldA==",
    b"Token abc",
    b'Digest username="ada"',
    b",",
    b"Bearer null",
]


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value[:30]))
async def test_jw07_garbage_is_not_authenticated(client: AsyncClient, value: bytes) -> None:
    response = await client.get(ME, headers=[(b"authorization", value)])
    assert problem(response) == (401, "AUTH_001")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "value",
    [b"session=", b"session=a.b.c", b"session=\xff", b'session="', b";;==", b"session=%00", b"session=" + b"x" * 9_000],
)
async def test_jw07_garbage_in_a_cookie_is_not_authenticated(client: AsyncClient, value: bytes) -> None:
    assert problem(await client.get(ME, headers=[(b"cookie", value)])) == (401, "AUTH_001")
