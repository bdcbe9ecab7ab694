"""Every spelling of an email address is normalised to one form."""

import pytest
from pydantic_core import PydanticCustomError

from app.core.addresses import normalize_email


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ADA@Example.COM", "ada@example.com"),
        ("Ada.Lovelace+tag@example.com", "ada.lovelace+tag@example.com"),
        (" ada@example.com\u00a0", "ada@example.com"),
        ("\tada@example.com\n", "ada@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("ada@BÜCHER.example", "ada@bücher.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
        ("ada@bu\u0308cher.example", "ada@bücher.example"),
        ("ada@ｅｘａｍｐｌｅ.com", "ada@example.com"),
        ("ada@example。com", "ada@example.com"),
        ("ada@straße.example", "ada@straße.example"),
        ("ada@strasse.example", "ada@strasse.example"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_address_is_normalised(written: str, stored: str) -> None:
    assert normalize_email(written) == stored
    assert normalize_email(stored) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@example",
        "ada@@example.com",
        "ada@example..com",
        ".ada@example.com",
        "ada.@example.com",
        "ada@-example.com",
        "ada@[127.0.0.1]",
        '"ada"@example.com',
        "ada @example.com",
        "ada@example.com\nb",
        "Ada <ada@example.com>",
        "ada@example.com,bob@example.com",
        "аda@example.com",
        "ａda@example.com",
        "\u212aelvin@example.com",
        "ada＠example.com",
        "ada@exa\u202emple.com",
        "ada\0@example.com",
        "ada\ud800@example.com",
        "ada@\ud800.com",
        "x" * 65 + "@example.com",
        "ada@" + "y" * 64 + ".com",
        "ada@" + "y." * 130 + "com",
    ],
)
def test_invalid_address_is_refused(written: str) -> None:
    with pytest.raises(PydanticCustomError):
        normalize_email(written)
