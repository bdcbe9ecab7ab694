"""The published key set, and keys at rest and in the settings (JW-04, JW-06)."""

import base64

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from httpx2 import AsyncClient
from pydantic import SecretStr
from structlog.testing import CapturingLogger

from app.core.database import session as db
from app.core.security import stored_keys
from app.core.security.key_material import SigningKey, dump_private, generate_key
from app.core.security.signed_tokens import make_key_ring
from app.core.settings import Settings, settings
from tests.core.answers import problem
from tests.security.keys import Process, rotate
from tests.security.test_jw_tokens import KEYS

JWKS = "/.well-known/jwks.json"
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture
def process(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Process:
    process = Process(monkeypatch)
    process.become()
    return process


def pem_of(key: SigningKey) -> str:
    assert key.private is not None
    assert not isinstance(key.private, bytes)
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem_of(key: SigningKey) -> str:
    assert not isinstance(key.public, bytes)
    return key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def test_jw04_key_set_holds_public_members_only(live: AsyncClient, process: Process) -> None:
    process.ring.use(list(KEYS.values()))
    response = await live.get(JWKS)
    keys = response.json()["keys"]
    assert response.headers["content-type"] == "application/jwk-set+json"
    assert [(key["kid"], key["alg"], key["use"]) for key in keys] == [
        (KEYS[name].id, name, "sig") for name in ("EdDSA", "RS256")
    ]
    assert not any(PRIVATE_MEMBERS & key.keys() for key in keys)


async def test_jw04_secrets_are_not_published(live: AsyncClient, process: Process) -> None:
    process.ring.use([KEYS["HS256"]])
    assert (await live.get(JWKS)).json() == {"keys": []}


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256"])
async def test_jw04_published_key_verifies_a_token(live: AsyncClient, process: Process, algorithm: str) -> None:
    process.ring.use([KEYS[algorithm]])
    token = process.sign()
    keys = jwt.PyJWKSet.from_dict((await live.get(JWKS)).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=[algorithm], audience="api", issuer="http://localhost:8000")
    assert claims["sub"] == "ada"


async def test_jw04_key_set_is_cached_briefly(live: AsyncClient, process: Process) -> None:
    response = await live.get(JWKS)
    directive, _, seconds = response.headers["cache-control"].rpartition("max-age=")
    assert directive == "public, "
    assert 60 < int(seconds) + 60 < stored_keys.PUBLISHED_BEFORE.total_seconds()


async def test_jw04_unchanged_key_set_is_304(live: AsyncClient, process: Process) -> None:
    first = await live.get(JWKS)
    for sent in (first.headers["etag"], f'W/{first.headers["etag"]}, "other"', "*"):
        again = await live.get(JWKS, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    await rotate()
    await process.ring._read()
    changed = await live.get(JWKS, headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, len(changed.json()["keys"])) == (200, 2)


async def test_jw04_key_set_has_no_body_for_head(live: AsyncClient, process: Process) -> None:
    response = await live.head(JWKS)
    assert (response.status_code, response.content) == (200, b"")


async def test_jw04_missing_keys_are_503(live: AsyncClient, process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise OSError("The database cannot be reached")

    monkeypatch.setattr(stored_keys, "load_keys", fail)
    assert problem(await live.get(JWKS)) == (503, "UNAV_001")


def stored_rows() -> list[tuple[str, bytes]]:
    url = db.WriteSession.kw["bind"].url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT id, encrypted_private_key FROM signing_keys").fetchall()


def change_rows(statement: str) -> None:
    url = db.WriteSession.kw["bind"].url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256", "HS256"])
async def test_jw06_stored_key_is_encrypted(process: Process, monkeypatch: pytest.MonkeyPatch, algorithm: str) -> None:
    monkeypatch.setattr(settings, "JWT_ALGORITHM", algorithm)
    await process.ring.reload()
    key = process.ring.signing_key()
    [(key_id, encrypted)] = stored_rows()
    assert (key_id, key.algorithm) == (key.id, algorithm)
    assert dump_private(key)[-32:] not in encrypted
    assert b"RSA" not in encrypted


async def test_jw06_changed_secret_gets_a_new_key(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    await process.ring.reload()
    [old] = process.key_ids()
    logger = CapturingLogger()
    monkeypatch.setattr(stored_keys, "logger", logger)
    monkeypatch.setattr(settings, "SECRET_KEY", SecretStr("another-" + "s" * 32))
    [new] = await stored_keys.load_keys()
    assert new.key.id != old
    [call] = [call for call in logger.calls if call.args == ("signing_keys_unreadable",)]
    assert call.kwargs["ids"] == [old]
    assert "set the earlier SECRET_KEY again" in call.kwargs["meaning"]
    assert [each.key.id for each in await stored_keys.load_keys()] == [new.key.id]


async def test_jw06_returned_secret_reads_its_keys_again(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    await process.ring.reload()
    token, before = process.sign(), settings.SECRET_KEY
    monkeypatch.setattr(settings, "SECRET_KEY", SecretStr("another-" + "s" * 32))
    await stored_keys.load_keys()
    monkeypatch.setattr(settings, "SECRET_KEY", before)
    await process.ring._read()
    process.decode(token)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE signing_keys SET algorithm = 'HS256'",
        "UPDATE signing_keys SET encrypted_private_key = decode(repeat('00', 64), 'hex')",
        "UPDATE signing_keys SET encrypted_private_key = ''",
    ],
)
async def test_jw06_changed_row_is_not_used(process: Process, change: str) -> None:
    await process.ring.reload()
    [old] = process.key_ids()
    change_rows(change)
    assert await usable_ids() == set()
    assert old not in {each.key.id for each in await stored_keys.load_keys()}


async def test_jw06_row_under_another_id_is_not_used(process: Process) -> None:
    await process.ring.reload()
    change_rows("UPDATE signing_keys SET id = '0123456789abcdef'")
    assert await usable_ids() == set()


async def usable_ids() -> set[str]:
    async with db.transaction() as session:
        return {each.stored.id for each in await stored_keys.read_keys(session=session) if each.is_usable}


def test_jw06_key_is_shown_without_its_parts() -> None:
    for key in KEYS.values():
        assert str(key) == f"SigningKey('{key.id}', '{key.algorithm}')"


def test_jw06_new_rsa_key_has_enough_bits() -> None:
    assert getattr(KEYS["RS256"].public, "key_size", 0) >= 2048


@pytest.mark.parametrize("algorithm", ["EdDSA", "RS256"])
@pytest.mark.parametrize("form", ["pem", "base64", "wrapped base64"])
def test_jw06_key_of_the_settings_signs(algorithm: str, form: str) -> None:
    pem = pem_of(KEYS[algorithm])
    data = pem.encode()
    encoded = {"pem": data, "base64": base64.b64encode(data), "wrapped base64": base64.encodebytes(data)}
    ring = make_key_ring(configured(encoded[form].decode(), algorithm))
    assert ring.is_fixed
    assert ring.signing_key().id == KEYS[algorithm].id


def test_jw06_further_keys_of_the_settings_verify() -> None:
    other = generate_key("EdDSA")
    ring = make_key_ring(configured(pem_of(KEYS["EdDSA"]) + pem_of(other) + public_pem_of(KEYS["RS256"])))
    assert ring.signing_key().id == KEYS["EdDSA"].id
    assert [key.id for key in ring.published()] == [KEYS["EdDSA"].id, other.id, KEYS["RS256"].id]


def configured(pem: str, algorithm: str = "EdDSA") -> Settings:
    return Settings(_env_file=None, JWT_PRIVATE_KEY=SecretStr(pem), JWT_ALGORITHM=algorithm)


def unusable_pems() -> dict[str, tuple[str, str]]:
    small = generate_rsa_key(65537, 1024)  # noqa: S505
    curve = generate_ec_key(SECP256R1())
    plain = (Encoding.PEM, PrivateFormat.PKCS8)
    key = KEYS["EdDSA"].private
    assert key is not None
    assert not isinstance(key, bytes)
    own = pem_of(KEYS["EdDSA"])
    return {
        "small": (small.private_bytes(*plain, NoEncryption()).decode(), "An RSA key has 1024 bits. Use at least 2048."),
        "curve": (curve.private_bytes(*plain, NoEncryption()).decode(), "A key has an unsupported type"),
        "encrypted": (key.private_bytes(*plain, BestAvailableEncryption(b"x")).decode(), "A key is encrypted"),
        "public first": (public_pem_of(KEYS["EdDSA"]), "Its first key is public"),
        "twice": (own * 2, "It contains a key twice"),
        "cut off": (own[:60], "It contains no key"),
        "damaged": (own.replace("MC4", "AAA"), "A key cannot be read"),
        "text": ("a password", "It contains no key"),
        "another algorithm": (pem_of(KEYS["RS256"]), "JWT_PRIVATE_KEY is a key for RS256. Set JWT_ALGORITHM=RS256"),
    }


UNUSABLE = unusable_pems()


@pytest.mark.parametrize("name", UNUSABLE)
def test_jw06_unusable_key_of_the_settings_is_explained(name: str) -> None:
    pem, message = UNUSABLE[name]
    with pytest.raises(SystemExit, match=message) as caught:
        make_key_ring(configured(pem))
    assert not any(line in str(caught.value) for line in pem.splitlines())
