"""A mail server that responds as a test says."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.core.settings import settings
from scripts.local.ports import any_free_port

ACCEPTED = "250 OK"
DROPPED = "drop the connection"


class MailServer:
    """Takes the next of `responses` for each mail, and accepts the mails after that.

    A response that starts with RCPT is one to the recipient; the others are responses to the content.
    """

    def __init__(self) -> None:
        self.responses: list[str] = []
        self.greetings: list[str] = []
        self.recipients: list[str] = []
        self.received: list[bytes] = []
        self.refuses_login = False
        self.port = any_free_port()
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=self._authenticate,
            auth_require_tls=False,
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _authenticate(self, _: SMTP, __: Session, ___: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
        return AuthResult(success=not self.refuses_login, handled=False)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return ["421 go away"] if hostname == "localhost" else responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.recipients.append(address)
        if self.responses and self.responses[0].startswith("RCPT "):
            return self.responses.pop(0).removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        response = self.responses.pop(0) if self.responses else ACCEPTED
        if response in (ACCEPTED, DROPPED):
            assert isinstance(envelope.content, bytes)
            self.received.append(envelope.content)
        if response == DROPPED:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return response

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "421 no manners"


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """The application's mail server in this test. It is running."""
    server = MailServer()
    server.start()
    monkeypatch.setattr(settings, "SMTP_PORT", server.port)
    yield server
    server.stop()


@pytest.fixture
async def silent_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """A mail server that accepts connections but never responds. The first connection sets the event."""
    connected, ended = asyncio.Event(), asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    monkeypatch.setattr(settings, "SMTP_PORT", server.sockets[0].getsockname()[1])
    yield connected
    ended.set()
    server.close()
    await server.wait_closed()
