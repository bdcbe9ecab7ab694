"""Keys that sign tokens: EdDSA (RFC 8037), RS256 and HS256 (RFC 7518). Knows neither settings nor the database."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

Algorithm = Literal["EdDSA", "RS256", "HS256"]

MIN_RSA_BITS = 2048
_NEW_RSA_BITS = 3072
_SECRET_BYTES = 32
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)

Private = Ed25519PrivateKey | RSAPrivateKey | bytes
Public = Ed25519PublicKey | RSAPublicKey | bytes


@dataclass(frozen=True)
class SigningKey:
    """A key and the only algorithm that it is used with. For HS256, both parts are the secret."""

    id: str
    algorithm: Algorithm
    public: Public
    private: Private | None
    """None for a key that only verifies."""

    def __repr__(self) -> str:
        return f"SigningKey({self.id!r}, {self.algorithm!r})"  # a log can contain it


def generate_key(algorithm: Algorithm) -> SigningKey:
    if algorithm == "EdDSA":
        return _key(Ed25519PrivateKey.generate())
    if algorithm == "RS256":
        return _key(generate_private_key(65537, _NEW_RSA_BITS))
    return _key(secrets.token_bytes(_SECRET_BYTES))


def derive_key(secret: str) -> SigningKey:
    """HKDF (RFC 5869) from the secret to a seed of Ed25519 (RFC 8032), as every release has done."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jwt-signing")
    return _key(Ed25519PrivateKey.from_private_bytes(kdf.derive(secret.encode())))


def read_pem(text: str) -> list[SigningKey]:
    """Read keys in PEM, or in base64 of it. Raises `ValueError` with a sentence that contains nothing of the keys."""
    if "-----BEGIN" not in text:
        try:
            text = base64.b64decode("".join(text.split()), validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            text = ""
    blocks = [match[0] for match in _PEM.finditer(text)]
    if not blocks:
        raise ValueError("It contains no key. Write a private key in PEM, or base64 of it (base64 -w0 key.pem).")
    keys = [_read_block(block.encode()) for block in blocks]
    if len({key.id for key in keys}) < len(keys):
        raise ValueError("It contains a key twice. Remove one of them.")
    if keys[0].private is None:
        raise ValueError("Its first key is public. Put the private key that signs first.")
    return keys


def _read_block(block: bytes) -> SigningKey:
    try:
        if b"PUBLIC KEY" in block:
            return _key(serialization.load_pem_public_key(block))
        return _key(serialization.load_pem_private_key(block, password=None))
    except TypeError:
        raise ValueError("A key is encrypted. Write it without a passphrase.") from None
    except UnsupportedAlgorithm:
        raise ValueError("A key has an unsupported type. Use Ed25519, or RSA for RS256.") from None
    except ValueError as error:
        if isinstance(error, _Refused):
            raise
        raise ValueError("A key cannot be read. Write an unencrypted key in PEM.") from None


class _Refused(ValueError):
    """A key that can be read but not be used."""


def _key(source: object) -> SigningKey:
    """Build the key from its private or public part."""
    match source:
        case Ed25519PrivateKey():
            return SigningKey(_id_of(source.public_key()), "EdDSA", source.public_key(), source)
        case Ed25519PublicKey():
            return SigningKey(_id_of(source), "EdDSA", source, None)
        case RSAPrivateKey() | RSAPublicKey():
            if source.key_size < MIN_RSA_BITS:
                raise _Refused(f"An RSA key has {source.key_size} bits. Use at least {MIN_RSA_BITS}.")
            private = source if isinstance(source, RSAPrivateKey) else None
            public = source.public_key() if isinstance(source, RSAPrivateKey) else source
            return SigningKey(_id_of(public), "RS256", public, private)
        case bytes():
            return SigningKey(hmac.digest(source, b"kid", "sha256").hex()[:16], "HS256", source, source)
    raise _Refused("A key has an unsupported type. Use Ed25519, or RSA for RS256.")


def _id_of(public: Ed25519PublicKey | RSAPublicKey) -> str:
    if isinstance(public, Ed25519PublicKey):
        data = public.public_bytes_raw()
    else:
        data = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(data).hexdigest()[:16]


def dump_private(key: SigningKey) -> bytes:
    """Return the private part, to be encrypted. `load_private` reads it."""
    if isinstance(key.private, bytes):
        return key.private
    if key.private is None:
        raise ValueError("A key that only verifies has no private part")
    encoding, format_ = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    return key.private.private_bytes(encoding, format_, serialization.NoEncryption())


def load_private(algorithm: str, data: bytes) -> SigningKey:
    return _key(data if algorithm == "HS256" else serialization.load_der_private_key(data, password=None))


def public_jwk(key: SigningKey) -> dict[str, Any] | None:
    """Return the public part as a JWK (RFC 7517), or None for a secret, which has none."""
    if isinstance(key.public, bytes):
        return None
    if isinstance(key.public, Ed25519PublicKey):
        members = OKPAlgorithm.to_jwk(key.public, as_dict=True)
        names = ("kty", "crv", "x")
    else:
        members = RSAAlgorithm.to_jwk(key.public, as_dict=True)
        names = ("kty", "n", "e")
    return {"kid": key.id, "use": "sig", "alg": key.algorithm, **{name: members[name] for name in names}}
