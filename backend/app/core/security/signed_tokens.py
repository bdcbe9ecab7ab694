"""Signed tokens (JWT, RFC 7519). `python -m app.cli keys` manages the keys (docs/running/keys.md).

Each kind of token has its own `typ` and `aud`; a token of one kind is never accepted as another.
The algorithm is pinned to the key that `kid` names, whatever the token's header says.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from app.core.clock import unix_ns, utc_now
from app.core.errors import NotAuthenticated
from app.core.security.key_material import SigningKey, derive_key, read_pem
from app.core.security.key_ring import KeyRing
from app.core.security.stored_keys import load_keys
from app.core.settings import Settings, settings

_KEY_ID = re.compile(r"[0-9a-f]{16}")
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


class UnknownKey(NotAuthenticated):
    """The token names a key that this process does not know. It can be newer than the last reload."""


_known: dict[str, tuple[TokenKind, dict[str, Any]]] = {}


def make_key_ring(settings: Settings) -> KeyRing:
    """Return a ring of the stored keys, or of the settings' own. Exits with a sentence if those are invalid."""
    ring = KeyRing(load_keys, on_change=lambda: _known.clear())  # the tokens of a retired key end
    if pem := settings.JWT_PRIVATE_KEY.get_secret_value():
        try:
            keys = read_pem(pem)
        except ValueError as error:
            raise SystemExit(f"The settings are invalid:\n  JWT_PRIVATE_KEY: {error}") from None
        if (algorithm := keys[0].algorithm) != settings.JWT_ALGORITHM:
            raise SystemExit(
                f"The settings are invalid:\n  JWT_ALGORITHM: JWT_PRIVATE_KEY is a key for {algorithm}. "
                f"Set JWT_ALGORITHM={algorithm}, or another key."
            )
        ring.use(keys)
    elif "SECRET_KEY" not in settings.model_fields_set:
        # Local development without a secret: no later process could decrypt a stored key.
        ring.use([derive_key(settings.SECRET_KEY.get_secret_value())])
    return ring


key_ring = make_key_ring(settings)


def encode_token(kind: TokenKind, claims: dict[str, Any], expires_at: datetime) -> str:
    """Raises `Unavailable` before the keys were loaded, which `main.py` does at the start."""
    payload = {
        "iss": settings.FRONTEND_URL,
        "aud": kind.audience,
        "iat": utc_now(),
        "exp": expires_at,
        **claims,
    }
    key = key_ring.signing_key()
    if key.private is None:
        raise ValueError("A key that only verifies cannot sign")
    return jwt.encode(payload, key.private, algorithm=key.algorithm, headers={"kid": key.id, "typ": kind.type})


async def verify_token(kind: TokenKind, token: str) -> dict[str, Any]:
    """`decode_token`, which also accepts a key that another process has just created."""
    try:
        return decode_token(kind, token)
    except UnknownKey:
        await key_ring.reload()
        return decode_token(kind, token)


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
    elif claims["exp"] <= unix_ns() / 1e9:
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
        key = _find_key(header["kid"])
        claims = jwt.decode(
            token,
            key.public,
            algorithms=[key.algorithm],
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


def _find_key(key_id: object) -> SigningKey:
    if (key := key_ring.find(key_id)) is not None:
        return key
    # Only an id that a key can have is worth a reload.
    raise UnknownKey if isinstance(key_id, str) and _KEY_ID.fullmatch(key_id) else NotAuthenticated


def _check_times(claims: dict[str, Any]) -> None:
    """Checks `iat`, `nbf` and `exp` (RFC 7519, section 4.1). They must be integers: PyJWT also takes "1700000000"."""
    issued_at, not_before, expires_at = times = claims["iat"], claims.get("nbf", 0), claims["exp"]
    if any(type(time) is not int for time in times) or expires_at > _LATEST:
        raise NotAuthenticated
    if not max(issued_at, not_before) <= utc_now().timestamp() < expires_at:
        raise NotAuthenticated
