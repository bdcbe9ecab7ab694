"""The contents and headers of mails (RE-12), and how the application presents itself to a mail server."""

import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime

import pytest

from app.core.clock import utc_now
from app.core.mail import smtp
from app.core.mail.messages import Content, Template, templates
from app.core.settings import settings
from scripts.local.mailstore import Mail as ReceivedMail
from tests.core.smtp_server import MailServer

CONTENT = Content("Password recovery", "<p>Hello</p>", "Hello")
Mails = Callable[[], list[ReceivedMail]]
TEMPLATES = list(templates().values())
each_mail = pytest.mark.parametrize("template", TEMPLATES, ids=[template.name for template in TEMPLATES])


async def send(*, to: str = "ada@example.com") -> None:
    message = smtp.compose(CONTENT, to=to, message_id=smtp.new_message_id(), request_id="0123456789")
    await smtp.send(message, to=to)


async def sent(mails: Mails, *, to: str = "ada@example.com") -> EmailMessage:
    await send(to=to)
    message = BytesParser(policy=default).parsebytes(mails()[0].raw)
    assert isinstance(message, EmailMessage)
    return message


@each_mail
def test_every_mail_renders_completely(template: Template) -> None:
    content = template.render(template.sample)
    for body in (content.html, content.text):
        assert "You received this email because" in body
        assert [left for left in ("{{", "{%", "<mj-", "None") if left in body] == []
    assert content.subject == content.subject.strip()
    assert len(content.html) < 100_000  # Gmail cuts longer ones


@each_mail
def test_every_mail_has_preheader_and_dark_colors(template: Template) -> None:
    html = template.render(template.sample).html
    [preheader] = re.findall(r'<div style="display:none;[^"]*">([^<]+)</div>', html)
    assert preheader.strip()
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark"' in html


@each_mail
def test_every_mail_loads_nothing(template: Template) -> None:
    """Images and fonts would tell a third party who reads the mail."""
    html = template.render(template.sample).html
    assert re.findall(r"<(?:img|link|script|iframe)\b|@import|url\(", html) == []


@each_mail
def test_every_button_has_its_plain_link(template: Template) -> None:
    content = template.render(template.sample)
    links = re.findall(r'href="([^"]+)"', content.html)
    assert all(content.html.count(f">{link}</a>") == 1 or "/login" in link for link in links)
    assert all(link in content.text for link in links)


def test_values_are_escaped_in_html_only() -> None:
    value = "<img src=x onerror=alert(1)> & {{ link }} </mj-text><mj-raw>"
    template = templates()["system.test_mail"]
    content = template.render({"email": value})
    assert "<img" not in content.html
    assert "<mj-raw>" not in content.html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; {{ link }}" in content.html
    assert value in content.text


def test_missing_value_is_an_error() -> None:
    with pytest.raises(Exception, match="'email' is undefined"):
        templates()["system.test_mail"].render({})


def test_missing_template_is_an_error() -> None:
    with pytest.raises(Exception, match="system/emails/nothing"):
        replace(templates()["system.test_mail"], name="system.nothing").render({})


async def test_mail_has_the_headers_of_automatic_mail(mails: Mails) -> None:
    message = await sent(mails)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Correlation-ID"] == "0123456789"
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
    await send()
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


@pytest.mark.parametrize(
    ("url", "host", "name"),
    [
        ("https://dashboard.example.com", "", "dashboard.example.com"),
        ("https://xn--bcher-kva.example:8443", "", "xn--bcher-kva.example"),
        ("http://192.0.2.7:8000", "", "[192.0.2.7]"),
        ("http://[2001:db8::7]:8000", "", "[IPv6:2001:db8::7]"),
        ("http://localhost:8000", "", "[127.0.0.1]"),
        ("http://dashboard.localhost", "", "[127.0.0.1]"),
        ("https://dashboard.example.com", "mail.example.org", "mail.example.org"),
        ("https://dashboard.example.com", "2001:db8::7", "[IPv6:2001:db8::7]"),
    ],
)
async def test_server_is_greeted_with_the_sites_host(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, url: str, host: str, name: str
) -> None:
    monkeypatch.setattr(settings, "FRONTEND_URL", url)
    monkeypatch.setattr(settings, "SMTP_HELO_HOST", host)
    await send()
    assert mail_server.greetings == [name]
