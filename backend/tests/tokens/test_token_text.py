"""The form of a token, which scanners find."""

import re

import pytest

from app.tokens.config import TokensSettings
from app.tokens.token_text import is_well_formed, new_token


def test_token_has_prefix_digits_and_checksum() -> None:
    tokens = {new_token("gw_") for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch("gw_[0-9A-Za-z]{49}", each) for each in tokens)
    assert all(is_well_formed(each, "gw_") for each in tokens)


def test_each_wrong_digit_is_found() -> None:
    token = new_token("gw_")
    for place in range(3, len(token)):
        digit = "0" if token[place] != "0" else "1"
        assert not is_well_formed(token[:place] + digit + token[place + 1 :], "gw_")


def test_other_text_is_malformed() -> None:
    for text in ("", "gw_", new_token("gw_")[3:], new_token("other_"), "gw_" + "é" * 49):
        assert not is_well_formed(text, "gw_")


def test_256_bits_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbits", lambda bits: 2**bits - 1)
    assert re.fullmatch("gw_[0-9A-Za-z]{49}", token := new_token("gw_"))
    assert is_well_formed(token, "gw_")


@pytest.mark.parametrize("prefix", ["", "gw", "GW_", "eyJ", "a-b_", "_", "x" * 17 + "_"])
def test_prefix_must_be_unlike_a_jwt(prefix: str) -> None:
    with pytest.raises(ValueError, match="TOKEN_PREFIX"):
        TokensSettings(_env_file=None, _secrets_dir=(), TOKEN_PREFIX=prefix)
