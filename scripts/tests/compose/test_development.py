"""A laptop's stack: with the override file, over plain HTTP."""

import time
from collections.abc import Iterator

import pytest

from scripts.tests.compose.conftest import NAME, sign_in, started
from scripts.tests.compose.stack import Stack

FILES = ("docker-compose.yml", "docker-compose.override.yml", "scripts/tests/compose/development.yml")


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("laptop") / "stack"
    with started(Stack(folder, f"{NAME}laptop", *FILES, DOMAIN="localhost"), plain=True) as stack:
        yield stack


@pytest.mark.parametrize(
    ("host", "path", "text"),
    [
        ("dashboard", "/", '<div id="root">'),
        ("dashboard", "/api/v1/utils/health-check/", "true"),
        ("api", "/docs", "swagger"),
        ("adminer", "/", "Adminer"),
        ("mailpit", "/api/v1/info", "Version"),
        ("proxy", "/api/version", "Version"),
    ],
)
def test_each_page_has_its_host_name(laptop: Stack, host: str, path: str, text: str) -> None:
    with laptop.visitor(host, plain=True) as visitor:
        response = visitor.get(path, follow_redirects=True)
    assert response.status_code == 200
    assert text.lower() in response.text.lower()


def test_mail_arrives_in_the_mailbox(laptop: Stack) -> None:
    with laptop.visitor("api", plain=True) as api, laptop.visitor("mailpit", plain=True) as mailbox:
        headers = {"Authorization": f"Bearer {sign_in(api, laptop)}"}
        response = api.post("/api/v1/utils/test-email/", params={"email_to": "ada@example.com"}, headers=headers)
        assert response.status_code == 201, response.text
        deadline = time.monotonic() + 30  # the worker sends it
        while not (messages := mailbox.get("/api/v1/messages").json()["messages"]) and time.monotonic() < deadline:
            time.sleep(0.2)
    assert [message["To"][0]["Address"] for message in messages] == ["ada@example.com"]


def test_ports_are_open_on_localhost_only(laptop: Stack) -> None:
    for service in ("proxy", "db"):
        ports = laptop.inspect(service)["NetworkSettings"]["Ports"].values()
        assert [at["HostIp"] for published in ports if published for at in published] == ["127.0.0.1"]
