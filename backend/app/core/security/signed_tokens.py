"""Signed tokens (JWT, RFC 7519) with Ed25519 (RFC 8037).

The signing key is derived from `SECRET_KEY`, so that a deployment has one secret string to keep.
Each kind of token has its own `typ` and `aud`; a token of one kind is never accepted as another.
The algorithm is pinned to the key that `kid` names, whatever the token's header says.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.clock import utc_now
from app.core.errors import NotAuthenticated
from app.core.settings import settings

_ALGORITHM = "EdDSA"
_REQUIRED = ["iss", "aud", "sub", "iat", "exp"]
_MAX_LENGTH = 4_096
_MAX_KNOWN = 10_000
_LATEST = 2**40  # some 30,000 years from now, within the range of a datetime elsewhere


@dataclass(frozen=True)
class TokenKind:
    type: str
    audience: str


ACCESS = TokenKind(type="at+jwt", audience="api")
"""Access token in the shape of RFC 9068."""


def _derive_key(secret: str) -> Ed25519PrivateKey:
    """HKDF (RFC 5869) from the secret to a seed of Ed25519 (RFC 8032)."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jwt-signing")
    return Ed25519PrivateKey.from_private_bytes(kdf.derive(secret.encode()))


_signing_key = _derive_key(settings.SECRET_KEY.get_secret_value())
_key_id = hashlib.sha256(_signing_key.public_key().public_bytes_raw()).hexdigest()[:16]
_verifying_keys = {_key_id: _signing_key.public_key()}

_known: dict[str, tuple[TokenKind, dict[str, Any]]] = {}


def encode_token(kind: TokenKind, claims: dict[str, Any], expires_at: datetime) -> str:
    payload = {
        "iss": settings.FRONTEND_URL,
        "aud": kind.audience,
        "iat": utc_now(),
        "exp": expires_at,
        **claims,
    }
    headers = {"kid": _key_id, "typ": kind.type}
    return jwt.encode(payload, _signing_key, algorithm=_ALGORITHM, headers=headers)


def decode_token(kind: TokenKind, token: str) -> dict[str, Any]:
    """The claims of a valid token of this kind. Raises `NotAuthenticated` for any other.

    A token's signature is checked once, its expiry on every use.
    """
    known_kind, claims = _known.get(token, (None, {}))
    if known_kind is not kind:
        claims = _verify(kind, token)
        if len(_known) >= _MAX_KNOWN:
            del _known[next(iter(_known))]  # the oldest
        _known[token] = kind, claims
    elif claims["exp"] <= utc_now().timestamp():
        del _known[token]
        raise NotAuthenticated
    return claims


def _verify(kind: TokenKind, token: str) -> dict[str, Any]:
    if len(token) > _MAX_LENGTH:
        raise NotAuthenticated
    try:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != kind.type:
            raise NotAuthenticated
        claims = jwt.decode(
            token,
            _verifying_keys[header["kid"]],
            algorithms=[_ALGORITHM],
            audience=kind.audience,
            issuer=settings.FRONTEND_URL,
            options={
                "require": _REQUIRED,
                "strict_aud": True,
                # PyJWT reads the system's clock. `_check_times` does these three checks by the application's.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        raise NotAuthenticated from None
    _check_times(claims)
    return claims


def _check_times(claims: dict[str, Any]) -> None:
    """Checks `iat`, `nbf` and `exp` (RFC 7519, section 4.1). They must be integers: PyJWT also takes "1700000000"."""
    issued_at, not_before, expires_at = times = claims["iat"], claims.get("nbf", 0), claims["exp"]
    if any(type(time) is not int for time in times) or expires_at > _LATEST:
        raise NotAuthenticated
    if not max(issued_at, not_before) <= utc_now().timestamp() < expires_at:
        raise NotAuthenticated
