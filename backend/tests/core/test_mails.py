"""Headers of mails, and how the application presents itself to a mail server."""

import re
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.core.clock import utc_now
from app.core.mail import smtp
from app.core.mail.messages import Mail
from app.core.settings import settings
from scripts.local.mailstore import Mail as ReceivedMail
from scripts.local.ports import any_free_port

MAIL = Mail("Password recovery", "<p>Hello</p>", "Hello")
Mails = Callable[[], list[ReceivedMail]]


async def sent(mails: Mails, *, to: str = "ada@example.com") -> EmailMessage:
    await smtp.send(MAIL, to=to)
    message = BytesParser(policy=default).parsebytes(mails()[0].raw)
    assert isinstance(message, EmailMessage)
    return message


async def test_mail_has_the_headers_of_automatic_mail(mails: Mails) -> None:
    message = await sent(mails)
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs((parsedate_to_datetime(message["Date"]) - utc_now()).total_seconds()) < 60
    assert message["MIME-Version"] == "1.0"


async def test_message_ids_are_unique_at_the_senders_domain(mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "noreply@xn--bcher-kva.example")
    found = {(await sent(mails))["Message-ID"] for _ in range(3)}
    assert len(found) == 3
    assert all(re.fullmatch(r"<[^<>@\s]+@xn--bcher-kva\.example>", each) for each in found)


@pytest.mark.parametrize(
    "name",
    [
        "Workbench",
        "東京",
        "O'Brien & Söhne",
        'Acme "Best", Inc.',
        "Acme, Inc. (Zürich) <x@example.com>",
        "back\\slash",
        "a; b: c@d",
        "項目 " * 20 + "end",
        "Ä" * 100,
    ],
)
async def test_senders_name_is_read_back_unchanged(mails: Mails, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(settings, "PROJECT_NAME", name)
    await smtp.send(MAIL, to="ada@example.com")
    shown, address = parseaddr(message_from_bytes(mails()[0].raw)["From"])
    assert (str(make_header(decode_header(shown))), address) == (name, "noreply@example.com")


async def test_missing_sender_is_an_address_of_the_site(mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAILS_FROM_EMAIL", "")
    monkeypatch.setattr(settings, "FRONTEND_URL", "https://dashboard.example.com:8443")
    [sender] = (await sent(mails))["From"].addresses
    assert sender.addr_spec == "noreply@dashboard.example.com"


@pytest.mark.parametrize(
    ("stored", "written"),
    [("ada@bücher.example", "ada@xn--bcher-kva.example"), ("ada@straße.example", "ada@xn--strae-oqa.example")],
)
async def test_recipient_outside_ascii_gets_the_mail(mails: Mails, stored: str, written: str) -> None:
    """The older standard IDNA 2003 maps straße.example to strasse.example, whose owner could be someone else."""
    message = await sent(mails, to=stored)
    assert message["To"].addresses[0].addr_spec == written
    assert [to["Address"] for to in mails()[0].summary["To"]] == [written]


class Strict:
    """A mail server that refuses a client which calls itself `localhost`, as some do."""

    def __init__(self) -> None:
        self.greetings: list[str] = []

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return ["421 go away"] if hostname == "localhost" else responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


@pytest.fixture
async def strict(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Strict]:
    handler = Strict()
    controller = Controller(handler, hostname="127.0.0.1", port=any_free_port())
    controller.start()
    monkeypatch.setattr(settings, "SMTP_PORT", controller.port)
    yield handler
    controller.stop()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://dashboard.example.com", "dashboard.example.com"),
        ("https://xn--bcher-kva.example:8443", "xn--bcher-kva.example"),
        ("http://192.0.2.7:8000", "[192.0.2.7]"),
        ("http://[2001:db8::7]:8000", "[IPv6:2001:db8::7]"),
    ],
)
async def test_server_is_greeted_with_the_sites_host(
    strict: Strict, monkeypatch: pytest.MonkeyPatch, url: str, name: str
) -> None:
    monkeypatch.setattr(settings, "FRONTEND_URL", url)
    await smtp.send(MAIL, to="ada@example.com")
    assert strict.greetings == [name]
