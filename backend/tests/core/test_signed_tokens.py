"""The cache of verified tokens saves only the check of the signature."""

from datetime import timedelta

import pytest

from app.core.clock import utc_now
from app.core.errors import NotAuthenticated
from app.core.security import signed_tokens
from app.core.security.key_material import generate_key
from app.core.security.signed_tokens import ACCESS, TokenKind, decode_token, encode_token, key_ring
from tests.fixtures import Clock

Known = dict[str, tuple[TokenKind, dict[str, object]]]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """The cache, empty at first."""
    empty: Known = {}
    monkeypatch.setattr(signed_tokens, "_known", empty)
    return empty


def new_token(subject: str = "ada") -> str:
    return encode_token(ACCESS, {"sub": subject}, utc_now() + timedelta(minutes=1))


def test_cached_token_is_refused_after_it_expired(known: Known, clock: Clock) -> None:
    token = new_token()
    assert decode_token(ACCESS, token)["sub"] == "ada"
    assert decode_token(ACCESS, token)["sub"] == "ada"
    clock.advance(timedelta(seconds=61))
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, token)
    assert known == {}


def test_cached_token_is_refused_as_another_kind(known: Known) -> None:
    token = new_token()
    decode_token(ACCESS, token)
    with pytest.raises(NotAuthenticated):
        decode_token(TokenKind(type="other+jwt", audience="api"), token)


def test_refused_token_is_not_cached(known: Known) -> None:
    header, payload, _ = new_token().split(".")
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, f"{header}.{payload}.AAAA")
    assert known == {}


def test_removed_key_empties_the_cache(known: Known) -> None:
    token, before = new_token(), key_ring.published()
    decode_token(ACCESS, token)
    key_ring.use([generate_key("EdDSA")])
    try:
        with pytest.raises(NotAuthenticated):
            decode_token(ACCESS, token)
    finally:
        key_ring.use(before)


def test_full_cache_drops_the_oldest_token(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_tokens, "_MAX_KNOWN", 2)
    issued = [new_token(subject) for subject in ("ada", "bob", "eve")]
    for token in issued:
        decode_token(ACCESS, token)
    assert list(known) == issued[1:]
