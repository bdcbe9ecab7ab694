"""Settings, the Host header and the Origin header use one spelling of a host: the browser's."""

from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from app.auth import cookies
from app.core.settings import Settings
from app.core.settings.hosts import normalize_host
from app.main import create_app
from tests.core.answers import problem

DOCUMENT = "/api/v1/openapi.json"


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, _secrets_dir=(), **values)


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example。", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("東京.example", "xn--1lqs71d.example"),
        ("☃.example", "xn--n3h.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
        ("my_host", "my_host"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("::1", "[::1]"),
        ("[2001:DB8:0:0::7]", "[2001:db8::7]"),
    ],
)
def test_host_is_written_as_browsers_write_it(written: str, host: str) -> None:
    assert normalize_host(written) == host
    assert normalize_host(host) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "-a",
        "a b",
        "*.example.com",
        "a/b",
        "a:80",
        "127.1",
        "0x7f.1",
        "300.1.1.1",
        "[::1",
        "a@b",
        '"a"',
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the settings add the message
        normalize_host(text)


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://Bücher.Example.:443/", "https://xn--bcher-kva.example"),
        ("http://[2001:DB8::0007]:80", "http://[2001:db8::7]"),
        ("http://my_host.:8000", "http://my_host:8000"),
    ],
)
def test_origins_are_normalized_when_read(written: str, origin: str) -> None:
    read = settings(FRONTEND_URL=written, BACKEND_CORS_ORIGINS=f"{written}, https://other.example")
    assert origin == read.FRONTEND_URL
    assert [origin, "https://other.example"] == read.BACKEND_CORS_ORIGINS


def test_other_host_settings_are_normalized_when_read() -> None:
    read = settings(
        ALLOWED_HOSTS="API.Bücher.example., [::0001], ::2, api.example.com:8443",
        SMTP_HOST="SMTP.Bücher.example.",
        EMAILS_FROM_EMAIL="No-Reply@Bücher.example",
        POSTGRES_SERVER="DB.Bücher.example",
    )
    assert read.ALLOWED_HOSTS == ["api.xn--bcher-kva.example", "[::1]", "[::2]", "api.example.com"]
    assert read.SMTP_HOST == "smtp.xn--bcher-kva.example"
    assert read.EMAILS_FROM_EMAIL == "No-Reply@xn--bcher-kva.example"
    assert read.POSTGRES_SERVER == "db.xn--bcher-kva.example"
    assert settings(SMTP_HOST="[::1]").SMTP_HOST == "::1"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://bücher.example", ["xn--bcher-kva.example", "XN--BCHER-KVA.example:443", "xn--bcher-kva.example."]),
        ("http://[fd00::7]:8000", ["[fd00::7]:8000", "[fd00::7]"]),
        ("https://Example.com.", ["example.com", "example.com.:443"]),
    ],
)
async def test_host_of_the_site_is_served(url: str, hosts: list[str]) -> None:
    app = create_app(settings(FRONTEND_URL=url))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        for host in hosts:
            assert (await client.get(DOCUMENT, headers={"Host": host})).status_code == 200
        for host in ("evil.example", "xn--bcher-kva.example.evil.example", "[fd00::8]", ".", ""):
            assert problem(await client.get(DOCUMENT, headers={"Host": host}))[0] == 400


@pytest.mark.parametrize("origin", ["http://xn--bcher-kva.example:8000", "http://xn--bcher-kva.example.:8000"])
async def test_origin_of_the_site_is_accepted(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    monkeypatch.setattr(cookies, "settings", settings(FRONTEND_URL="http://bücher.example:8000"))
    body = {"email": "nobody@example.com", "password": "a wrong password"}
    session = "/api/v1/login/session"
    assert problem(await client.post(session, json=body, headers={"Origin": origin})) == (400, "AUTH_003")
    evil = {"Origin": "http://xn--bcher-kva.example.evil.example:8000"}
    assert problem(await client.post(session, json=body, headers=evil)) == (403, "AUTH_006")
