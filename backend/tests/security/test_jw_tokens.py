"""Only tokens that this service issued for this purpose are accepted (JW-01..03, JW-07)."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.models import UserSession
from app.auth.service import SESSION_LIFETIME
from app.core.clock import utc_now
from app.core.security.key_material import Private, SigningKey, generate_key, public_jwk
from app.core.security.signed_tokens import key_ring
from tests.auth.factories import sign_in
from tests.core.answers import problem
from tests.users.factories import create_user

ME = "/api/v1/users/me"
KEYS = {"EdDSA": generate_key("EdDSA"), "RS256": generate_key("RS256"), "HS256": generate_key("HS256")}
STRANGERS = {"EdDSA": generate_key("EdDSA"), "RS256": generate_key("RS256"), "HS256": generate_key("HS256")}
Claims = dict[str, Any]


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest) -> Iterator[SigningKey]:
    """The key that signs. The service also knows one of each other algorithm."""
    before, own = key_ring.published(), KEYS[request.param]
    key_ring.use([own, *(each for each in KEYS.values() if each is not own)])
    yield own
    key_ring.use(before)


@pytest.fixture
async def claims(session: AsyncSession, key: SigningKey) -> Claims:
    """Return the claims of an access token of an active session."""
    user = await create_user(session)
    user_session = UserSession(user_id=user.id, expires_at=utc_now() + SESSION_LIFETIME)
    session.add(user_session)
    await session.commit()
    now = int(time.time())
    ids = {"sub": str(user.id), "sid": str(user_session.id)}
    return {"iss": "http://localhost:8000", "aud": "api", "iat": now, "exp": now + 3600, **ids}


def encoded(part: Any) -> bytes:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def signed(claims: Any, header: Claims | None = None, private: Private | None = None) -> str:
    """Sign a token with our key and header by default. `None` removes a field of the header."""
    key = key_ring.signing_key()
    fields = {"alg": key.algorithm, "typ": "at+jwt", "kid": key.id, **(header or {})}
    message = encoded({name: value for name, value in fields.items() if value is not None}) + b"." + encoded(claims)
    return (message + b"." + encoded(_signature(private or key.private, message))).decode()


def _signature(private: Private | None, message: bytes) -> bytes:
    if isinstance(private, RSAPrivateKey):
        return private.sign(message, PKCS1v15(), SHA256())
    if isinstance(private, Ed25519PrivateKey):
        return private.sign(message)
    return hmac.digest(private or b"", message, "sha256")


async def refused(client: AsyncClient, token: str) -> None:
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"session={token}"}):
        response = await client.get(ME, headers=headers)
        assert problem(response) == (401, "AUTH_001")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_own_token_is_accepted(client: AsyncClient, claims: Claims) -> None:
    """Without this, the refusals below would prove nothing."""
    for headers in ({"Authorization": f"Bearer {signed(claims)}"}, {"Cookie": f"session={signed(claims)}"}):
        assert (await client.get(ME, headers=headers)).status_code == 200


OTHERS = ["none", "None", "NONE", "nOnE", "", None, "eddsa", "ES256", "PS256", "RS512", "HS384", 1, ["EdDSA"], *KEYS]


@pytest.mark.parametrize("alg", OTHERS, ids=str)
async def test_jw01_other_algorithm_is_refused(client: AsyncClient, claims: Claims, key: SigningKey, alg: Any) -> None:
    if alg == key.algorithm:
        alg = alg.lower()
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


def forms_of(key: SigningKey) -> dict[str, bytes]:
    """What an attacker can know of a key, as bytes to use as a secret."""
    assert not isinstance(key.public, bytes)
    form, jwk = PublicFormat.SubjectPublicKeyInfo, public_jwk(key)
    return {
        "pem": key.public.public_bytes(Encoding.PEM, form),
        "stripped pem": key.public.public_bytes(Encoding.PEM, form).strip(),
        "der": key.public.public_bytes(Encoding.DER, form),
        "jwk": json.dumps(jwk).encode(),
        "jwks": json.dumps({"keys": [jwk]}, separators=(",", ":")).encode(),
        "kid": key.id.encode(),
    }


@pytest.mark.parametrize("form", ["pem", "stripped pem", "der", "jwk", "jwks", "kid"])
async def test_jw01_public_key_is_refused_as_secret(client: AsyncClient, claims: Claims, form: str) -> None:
    for own in (KEYS["EdDSA"], KEYS["RS256"]):
        for kid in (each.id for each in KEYS.values()):
            await refused(client, signed(claims, {"alg": "HS256", "kid": kid}, forms_of(own)[form]))


async def test_jw01_raw_key_and_empty_secret_are_refused(client: AsyncClient, claims: Claims) -> None:
    public = KEYS["EdDSA"].public
    assert isinstance(public, Ed25519PublicKey)
    for secret in (public.public_bytes_raw(), b""):
        for kid in (each.id for each in KEYS.values()):
            message, _, _ = signed(claims, {"alg": "HS256", "kid": kid}).rpartition(".")
            signature = encoded(hmac.digest(secret, message.encode(), "sha256")).decode()
            await refused(client, f"{message}.{signature}")


async def test_jw01_key_is_refused_under_another_id(client: AsyncClient, claims: Claims, key: SigningKey) -> None:
    for other in KEYS.values():
        if other is not key:
            for alg in (key.algorithm, other.algorithm):
                await refused(client, signed(claims, {"alg": alg, "kid": other.id}))


@pytest.mark.parametrize("trick", ["plain", "kid", "jwk", "jku", "x5u"])
async def test_jw01_token_signed_by_another_key_is_refused(
    client: AsyncClient, claims: Claims, key: SigningKey, trick: str
) -> None:
    stranger = STRANGERS[key.algorithm]
    headers: dict[str, Claims] = {
        "plain": {},
        "kid": {"kid": stranger.id},
        "jwk": {"jwk": public_jwk(stranger) or {"kty": "oct", "k": encoded(stranger.public).decode()}},
        "jku": {"jku": "http://localhost:8000/keys.json"},
        "x5u": {"x5u": "http://localhost:8000/key.pem", "x5c": ["MA=="]},
    }
    await refused(client, signed(claims, headers[trick], stranger.private))


@pytest.mark.parametrize("kid", [None, "", "other", "../../dev/null", "' or 1=1", 1, ["a"], {"a": 1}, True])
async def test_jw01_unknown_key_id_is_refused(client: AsyncClient, claims: Claims, kid: Any) -> None:
    await refused(client, signed(claims, {"kid": kid}))


@pytest.mark.parametrize("crit", [["exp"], ["b64"], ["unknown"], [], "exp", 1])
async def test_jw01_critical_extension_is_refused(client: AsyncClient, claims: Claims, crit: Any) -> None:
    await refused(client, signed(claims, {"crit": crit, "unknown": True}))
    await refused(client, signed(claims, {"crit": crit, "b64": False}))


async def test_jw01_unencoded_payload_is_refused(client: AsyncClient, claims: Claims) -> None:
    await refused(client, signed(claims, {"b64": False}))


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
