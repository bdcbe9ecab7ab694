import http.client
import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest

from scripts.local.mailbox import Mailbox
from scripts.local.mailstore import MailStore
from scripts.local.ports import listen, port_of


class Box:
    """A running mailbox and a client for it."""

    def __init__(self) -> None:
        smtp = listen(0)
        self.smtp_port = port_of(smtp)
        self.mailbox = Mailbox(smtp, listen(0), "the-token")
        self.url = self.mailbox.url

    def send(self, to: str = "ada@example.com", subject: str = "Reset") -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "Workbench <noreply@example.com>", to, subject
        message.set_content("plain https://example.com/?token=1")
        message.add_alternative("<html><head></head><a href='/'>Réset</a></html>", subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.send_message(message)

    def text(self, path: str, **options: Any) -> str:
        request = urllib.request.Request(f"{self.url}{path}", **options)  # noqa: S310
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            body: bytes = response.read()
        return body.decode()

    def json(self, path: str) -> Any:
        return json.loads(self.text(path))

    def status(self, path: str, **options: Any) -> int:
        with pytest.raises(urllib.error.HTTPError) as caught:
            self.text(path, **options)
        caught.value.close()
        return caught.value.code


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    box.mailbox.start()
    yield box
    box.mailbox.stop()


def test_api_returns_a_mail_sent_by_smtp(box: Box) -> None:
    box.send()
    (mail,) = box.json("/api/v1/messages")["messages"]
    assert (mail["Subject"], mail["To"]) == ("Reset", [{"Name": "", "Address": "ada@example.com"}])
    assert mail["From"] == {"Name": "Workbench", "Address": "noreply@example.com"}
    detail = box.json(f"/api/v1/message/{mail['ID']}")
    assert "token=1" in detail["Text"]
    assert "Réset" in detail["HTML"]
    assert box.json(f"/api/v1/message/{mail['ID']}/headers")["Subject"] == ["Reset"]
    assert "token=1" in box.text(f"/view/{mail['ID']}.txt")


def test_list_is_newest_first_and_paged(box: Box) -> None:
    for number in range(3):
        box.send(subject=f"mail {number}")
    found = box.json("/api/v1/messages?limit=1&start=1")
    assert [mail["Subject"] for mail in found["messages"]] == ["mail 1"]
    assert (found["total"], found["count"]) == (3, 1)


def test_search_matches_recipient_and_subject(box: Box) -> None:
    box.send(to="ada@example.com", subject="One")
    box.send(to="eve@example.com", subject="Two")
    found = box.json("/api/v1/search?query=to:EVE@example.com%20subject:two")
    assert [mail["Subject"] for mail in found["messages"]] == ["Two"]
    assert box.json("/api/v1/search?query=to:nobody@example.com")["messages"] == []


def test_mails_can_be_deleted(box: Box) -> None:
    box.send(subject="One")
    box.send(subject="Two")
    newest = box.json("/api/v1/messages")["messages"][0]["ID"]
    box.text("/api/v1/messages", method="DELETE", data=json.dumps({"IDs": [newest]}).encode())
    assert [mail["Subject"] for mail in box.json("/api/v1/messages")["messages"]] == ["One"]
    box.text("/api/v1/messages", method="DELETE")
    assert box.json("/api/v1/messages")["messages"] == []
    assert box.status(f"/api/v1/message/{newest}") == 404


def test_mail_view_blocks_scripts_and_opens_new_tabs(box: Box) -> None:
    box.send()
    with urllib.request.urlopen(f"{box.url}/view/latest.html", timeout=5) as response:  # noqa: S310
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert "allow-scripts" not in response.headers["Content-Security-Policy"]
        assert b'<head><base target="_blank">' in response.read()


def test_page_of_another_host_cannot_read_mails(box: Box) -> None:
    box.send()
    assert box.status("/api/v1/messages", headers={"Host": "attacker.example"}) == 403
    assert box.status("/api/v1/messages", headers={"Host": "attacker.example"}, method="DELETE") == 403
    assert len(box.json("/api/v1/messages")["messages"]) == 1


@pytest.mark.parametrize(
    "path", ["/", "", "//", "/api/v1/messages", "/view/latest.txt", "/wrong/api/v1/messages", "/é/"]
)
def test_other_users_of_the_machine_cannot_read_mails(box: Box, path: str) -> None:
    """Every user of the machine can connect, and a mail can hold a link that resets a password."""
    box.send()
    url = box.url.removesuffix("/the-token")
    for method in ("GET", "DELETE"):
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=5)
        connection.putrequest(method, "/")
        connection._buffer[0] = f"{method} {path or '*'} HTTP/1.1".encode()  # type: ignore[attr-defined]
        connection.endheaders()
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        assert (response.status, "stack.json" in body) == (403, True)
    assert len(box.json("/api/v1/messages")["messages"]) == 1


def test_page_works_with_and_without_a_slash(box: Box) -> None:
    assert "<title>Mailbox" in box.text("")
    assert "<title>Mailbox" in box.text("/")


def test_links_in_mails_do_not_get_the_address(box: Box) -> None:
    box.send()
    with urllib.request.urlopen(f"{box.url}/view/latest.html", timeout=5) as response:  # noqa: S310
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_malformed_mail_is_kept_and_readable(box: Box) -> None:
    raw = b"From: \xff\xfe <\nTo: =?xx?q?=ff?=\nContent-Type: text/html; charset=nonsense\nDate: never\n\n<b>\xff</b>"
    with smtplib.SMTP("127.0.0.1", box.smtp_port) as smtp:
        smtp.sendmail("a@example.com", ["b@example.com"], raw)
    (mail,) = box.json("/api/v1/messages")["messages"]
    assert mail["Bcc"] == [{"Name": "", "Address": "b@example.com"}]
    for path in (f"/api/v1/message/{mail['ID']}", f"/api/v1/message/{mail['ID']}/headers", "/api/v1/search?query=b"):
        box.json(path)
    assert "<b>" in box.text(f"/view/{mail['ID']}.html")


def test_store_drops_oldest_above_count_or_size() -> None:
    store = MailStore(limit=2)
    for subject in ("one", "two", "three"):
        store.add(f"Subject: {subject}\n\n".encode(), "a@example.com", [])
    assert [mail.summary["Subject"] for mail in store.newest()] == ["three", "two"]
    small = MailStore(total_bytes=150)
    for subject in ("one", "two"):
        small.add(f"Subject: {subject}\n\n{'x' * 100}".encode(), "a@example.com", [])
    assert [mail.summary["Subject"] for mail in small.newest()] == ["two"]
