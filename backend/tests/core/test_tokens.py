"""The memory of verified tokens: it saves the signature's cost and nothing else."""

from datetime import timedelta

import pytest

from app.core.clock import utc_now
from app.core.errors import NotAuthenticated
from app.core.security import tokens
from app.core.security.tokens import ACCESS, TokenKind, decode_token, encode_token
from tests.fixtures import Clock

Known = dict[str, tuple[TokenKind, dict[str, object]]]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """What is remembered: nothing at first."""
    empty: Known = {}
    monkeypatch.setattr(tokens, "_known", empty)
    return empty


def new_token(subject: str = "ada") -> str:
    return encode_token(ACCESS, {"sub": subject}, utc_now() + timedelta(minutes=1))


def test_remembered_token_is_refused_once_it_has_expired(known: Known, clock: Clock) -> None:
    token = new_token()
    assert decode_token(ACCESS, token)["sub"] == "ada"
    assert decode_token(ACCESS, token)["sub"] == "ada"
    clock.advance(timedelta(seconds=61))
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, token)
    assert known == {}


def test_remembered_token_is_no_token_of_another_kind(known: Known) -> None:
    token = new_token()
    decode_token(ACCESS, token)
    with pytest.raises(NotAuthenticated):
        decode_token(TokenKind(type="other+jwt", audience="api"), token)


def test_refused_token_is_not_remembered(known: Known) -> None:
    header, payload, _ = new_token().split(".")
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, f"{header}.{payload}.AAAA")
    assert known == {}


def test_memory_of_tokens_is_bounded_and_forgets_the_oldest(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_MAX_KNOWN", 2)
    made = [new_token(subject) for subject in ("ada", "bob", "eve")]
    for token in made:
        decode_token(ACCESS, token)
    assert list(known) == made[1:]
