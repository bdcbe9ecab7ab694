"""A mailbox for development: receives all mail by SMTP and shows it on a page and through Mailpit's read API.

Everything is below a secret path, `/TOKEN/`, because a mail can hold a link that resets a password: other users of this
machine can reach the port. Mailpit has such a prefix as well (`--webroot`).

MAILBOX_TOKEN=... python -m scripts.local.mailbox --smtp-fd 5 --http-fd 6
"""

import argparse
import hmac
import ipaddress
import json
import os
import re
import signal
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from scripts.local.mailstore import MAX_MAILS, Mail, MailStore
from scripts.local.ports import port_of

MAX_MAIL_BYTES = 10 * 1024 * 1024
NO_TOKEN = "This mailbox has a secret address. ./scripts/start prints it, and .local/stack.json has it."
PAGE = Path(__file__).with_name("mailbox.html")
PAGE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-src 'self'"
)
# A mail is an untrusted page: no scripts, no access to this origin, links open in a new tab.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline' https:; img-src data: https: http:; font-src data: https:; frame-ancestors 'self'"
)


class Catcher:
    """The handler for aiosmtpd: stores every mail."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        mail = self._store.add(raw, envelope.mail_from or "", [str(address) for address in envelope.rcpt_tos])
        return f"250 Message accepted as {mail.id}"


def _any_login(*_: object) -> AuthResult:
    """Accept every login: the settings can hold the credentials of a real mail server."""
    return AuthResult(success=True)


class MailboxHandler(BaseHTTPRequestHandler):
    """Serves the page and the read API."""

    store: ClassVar[MailStore]
    token: ClassVar[str]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self._allowed_path()
        if path is None:
            return
        if path in ("", "/"):
            self._send(PAGE.read_bytes(), "text/html; charset=utf-8", headers={"Content-Security-Policy": PAGE_POLICY})
            return
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        for pattern, handler in _ROUTES:
            if found := re.fullmatch(pattern, path):
                handler(self, query, *found.groups())
                return
        self._text("404 page not found", status=HTTPStatus.NOT_FOUND)

    def do_DELETE(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        body = self.rfile.read(int(length)) if length.isdigit() and int(length) <= 1_000_000 else b""
        path = self._allowed_path()
        if path is None:
            return
        if path != "/api/v1/messages":
            self._text("404 page not found", status=HTTPStatus.NOT_FOUND)
            return
        try:
            ids = (json.loads(body) if body else {}).get("IDs") or []
        except (ValueError, AttributeError):
            self._text("The body is not a JSON object.", status=HTTPStatus.BAD_REQUEST)
            return
        self.store.delete([str(mail_id) for mail_id in ids])
        self._text("ok")

    def list_all(self, query: dict[str, str]) -> None:
        self._list(self.store.newest(), query)

    def list_found(self, query: dict[str, str]) -> None:
        self._list(self.store.search(query.get("query", "")), query)

    def info(self, query: dict[str, str]) -> None:
        self._json({"Version": "dev", "Messages": len(self.store.newest())})

    def detail(self, query: dict[str, str], mail_id: str) -> None:
        if mail := self._found(mail_id):
            self._json(mail.detail())

    def mail_headers(self, query: dict[str, str], mail_id: str) -> None:
        if mail := self._found(mail_id):
            self._json(mail.headers())

    def source(self, query: dict[str, str], mail_id: str) -> None:
        if mail := self._found(mail_id):
            self._send(mail.raw, "text/plain; charset=utf-8")

    def html(self, query: dict[str, str], mail_id: str) -> None:
        if mail := self._found(mail_id):
            self._send(
                _with_links_in_new_tab(mail.body("html")).encode(errors="replace"),
                "text/html; charset=utf-8",
                headers={"Content-Security-Policy": MAIL_POLICY},
            )

    def plain(self, query: dict[str, str], mail_id: str) -> None:
        if mail := self._found(mail_id):
            self._text(mail.body("plain"))

    def _list(self, mails: list[Mail], query: dict[str, str]) -> None:
        start, limit = _number(query.get("start"), 0), _number(query.get("limit"), 50)
        page = [mail.summary for mail in mails[start : start + min(limit, MAX_MAILS)]]
        total = len(self.store.newest())
        counts = {"total": total, "unread": total, "count": len(page), "start": start, "tags": []}
        self._json({**counts, "messages_count": len(mails), "messages_unread": len(mails), "messages": page})

    def _found(self, mail_id: str) -> Mail | None:
        mail = self.store.get(mail_id)
        if mail is None:
            self._text("message not found", status=HTTPStatus.NOT_FOUND)
        return mail

    def _allowed_path(self) -> str | None:
        """Return the path below the token. Refuse a request without the token, or for another host."""
        token, slash, rest = urlsplit(self.path).path.removeprefix("/").partition("/")
        if not self._is_local():
            self._text("This mailbox is available on localhost only.", status=HTTPStatus.FORBIDDEN)
        elif not hmac.compare_digest(token.encode(), self.token.encode()):
            self._text(NO_TOKEN, status=HTTPStatus.FORBIDDEN)
        else:
            return slash + rest
        return None

    def _is_local(self) -> bool:
        """Prevent DNS rebinding: a foreign page whose name resolves to this machine must not read reset links."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")
        return True

    def _json(self, value: Any) -> None:
        self._send(json.dumps(value).encode(), "application/json")

    def _text(self, text: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(text.encode(errors="replace"), "text/plain; charset=utf-8", status=status)

    def _send(
        self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        sent = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        # The address is secret: pages to which a mail links do not get it.
        safe = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        for name, value in {**sent, **safe, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write no access log: the page polls every two seconds."""


_ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"/api/v1/messages", MailboxHandler.list_all),
    (r"/api/v1/search", MailboxHandler.list_found),
    (r"/api/v1/info", MailboxHandler.info),
    (r"/api/v1/message/(\w+)", MailboxHandler.detail),
    (r"/api/v1/message/(\w+)/headers", MailboxHandler.mail_headers),
    (r"/api/v1/message/(\w+)/raw", MailboxHandler.source),
    (r"/view/(\w+)\.html", MailboxHandler.html),
    (r"/view/(\w+)\.txt", MailboxHandler.plain),
]


def _with_links_in_new_tab(page: str) -> str:
    """Return the page with a `base` element that opens its links in a new tab."""
    base = '<base target="_blank">'
    with_head, found = re.subn(r"(?i)<head(?:\s[^>]*)?>", lambda head: head[0] + base, page, count=1)
    return with_head if found else base + page


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


class _Smtp(Controller):
    """aiosmtpd's controller, on a socket that already listens."""

    def __init__(self, server: socket.socket, handler: Catcher) -> None:
        host, port = server.getsockname()
        self._listening = server
        super().__init__(
            handler,
            hostname=host,
            port=port,
            data_size_limit=MAX_MAIL_BYTES,
            authenticator=_any_login,
            auth_require_tls=False,
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


class Mailbox:
    """The SMTP and the HTTP server on two sockets that listen on 127.0.0.1, with one store."""

    def __init__(self, smtp: socket.socket, web: socket.socket, token: str, store: MailStore | None = None) -> None:
        self.store = store or MailStore()
        self._smtp = _Smtp(smtp, Catcher(self.store))
        handler = type("Handler", (MailboxHandler,), {"store": self.store, "token": token})
        self._http = ThreadingHTTPServer(web.getsockname(), handler, bind_and_activate=False)
        self._http.socket.close()
        self._http.socket = web
        self.url = f"http://localhost:{port_of(web)}/{token}"

    def start(self) -> None:
        self._smtp.start()
        threading.Thread(target=self._http.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        self._smtp.stop()
        self._http.shutdown()
        self._http.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Receive all mail by SMTP and show it on a web page.")
    parser.add_argument("--smtp-fd", type=int, required=True, help="file descriptor of a socket that listens for SMTP")
    parser.add_argument("--http-fd", type=int, required=True, help="the same for the web page")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    smtp, web = (socket.socket(fileno=number) for number in (options.smtp_fd, options.http_fd))
    mailbox = Mailbox(smtp, web, os.environ["MAILBOX_TOKEN"])
    mailbox.start()
    ended.wait()
    mailbox.stop()


if __name__ == "__main__":
    main()
