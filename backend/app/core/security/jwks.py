"""The public keys as a JWK Set (RFC 7517), for other services that verify our tokens."""

import hashlib
import json

from starlette.requests import Request
from starlette.responses import Response

from app.core.security.key_material import public_jwk
from app.core.security.signed_tokens import key_ring

PATH = "/.well-known/jwks.json"
MAX_AGE_SECONDS = 300
"""Shorter than the time for which a new key is published before it signs."""


async def jwks_response(request: Request) -> Response:
    """Return the keys that verify tokens now. Raises `Unavailable` if they cannot be loaded."""
    if not key_ring.is_loaded:
        await key_ring.reload()
    keys = [jwk for key in key_ring.published() if (jwk := public_jwk(key))]
    body = json.dumps({"keys": keys}, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/jwk-set+json", headers=headers)
