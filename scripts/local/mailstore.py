"""The stored mails, in the JSON shapes of Mailpit's API."""

import shlex
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

MAX_MAILS = 500
MAX_TOTAL_BYTES = 64 * 1024 * 1024
SNIPPET_LENGTH = 200

Json = dict[str, Any]


def parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


@dataclass(frozen=True)
class Mail:
    """One received mail: its bytes, and its summary as Mailpit lists it."""

    raw: bytes
    sender: str
    summary: Json

    @property
    def id(self) -> str:
        return str(self.summary["ID"])

    def body(self, kind: str) -> str:
        """Return the body of `kind` (html or plain); empty if the mail has none."""
        return _body(parse(self.raw), kind)

    def headers(self) -> dict[str, list[str]]:
        message = parse(self.raw)
        found: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            found.setdefault(name, []).append(_decoded(name, value))
        return found

    def detail(self) -> Json:
        """Return the whole mail as `GET /api/v1/message/{id}` does."""
        message = parse(self.raw)
        summary = {key: value for key, value in self.summary.items() if key not in ("Created", "Snippet", "Read")}
        files = [_attachment(part) for part in message.iter_attachments()]
        return {
            **summary,
            "ReturnPath": self.sender,
            "Date": _sent(message) or self.summary["Created"],
            "Text": _body(message, "plain"),
            "HTML": _body(message, "html"),
            "Inline": [],
            "Attachments": files,
        }


class MailStore:
    """The newest mails, limited in number and in bytes. Thread-safe."""

    def __init__(self, limit: int = MAX_MAILS, total_bytes: int = MAX_TOTAL_BYTES) -> None:
        self._limit, self._total_bytes = limit, total_bytes
        self._mails: dict[str, Mail] = {}  # oldest first
        self._lock = threading.Lock()

    def add(self, raw: bytes, sender: str, recipients: Sequence[str]) -> Mail:
        mail = _readable(raw, sender, recipients)
        with self._lock:
            self._mails[mail.id] = mail
            size = sum(len(stored.raw) for stored in self._mails.values())
            while len(self._mails) > self._limit or (size > self._total_bytes and len(self._mails) > 1):
                size -= len(self._mails.pop(next(iter(self._mails))).raw)
        return mail

    def newest(self) -> list[Mail]:
        with self._lock:
            return list(reversed(self._mails.values()))

    def get(self, mail_id: str) -> Mail | None:
        """The mail with this id; `latest` is the newest one."""
        if mail_id == "latest":
            return next(iter(self.newest()), None)
        with self._lock:
            return self._mails.get(mail_id)

    def delete(self, ids: Sequence[str]) -> None:
        """Delete these mails, or all of them when `ids` is empty."""
        with self._lock:
            for mail_id in list(ids or self._mails):
                self._mails.pop(mail_id, None)

    def search(self, query: str) -> list[Mail]:
        """Return mails that match every word of `query`: `to:`, `from:`, `subject:`, `addressed:`, or plain text."""
        try:
            words = shlex.split(query)
        except ValueError:
            words = query.split()
        return [mail for mail in self.newest() if all(_matches(mail, word.lower()) for word in words)]


def _readable(raw: bytes, sender: str, recipients: Sequence[str]) -> Mail:
    """Parse a mail. If it is too malformed for Python's parser, its source is shown instead."""
    try:
        mail = Mail(raw, sender, _summary(raw, sender, recipients))
        mail.detail()
    except Exception:  # noqa: BLE001
        raw = b"Subject: Unreadable mail\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + raw
        return Mail(raw, sender, _summary(raw, sender, recipients))
    return mail


def _summary(raw: bytes, sender: str, recipients: Sequence[str]) -> Json:
    message = parse(raw)
    people = {name: _addresses(message, name) for name in ("To", "Cc", "Bcc", "Reply-To")}
    named = {person["Address"].lower() for name in ("To", "Cc", "Bcc") for person in people[name]}
    hidden = [{"Name": "", "Address": address} for address in recipients if address.lower() not in named]
    text = _body(message, "plain") or _header(message, "Subject")
    return {
        "ID": uuid.uuid4().hex,
        "MessageID": _header(message, "Message-ID").strip("<>"),
        "Read": False,
        "From": next(iter(_addresses(message, "From")), {"Name": "", "Address": sender}),
        "To": people["To"],
        "Cc": people["Cc"],
        "Bcc": people["Bcc"] + hidden,
        "ReplyTo": people["Reply-To"],
        "Subject": _header(message, "Subject"),
        "Created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "Tags": [],
        "Size": len(raw),
        "Attachments": sum(1 for _ in message.iter_attachments()),
        "Snippet": " ".join(text.split())[:SNIPPET_LENGTH],
    }


def _header(message: EmailMessage, name: str) -> str:
    return next((_decoded(key, value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def _decoded(name: str, value: str) -> str:
    """Decode a header. A malformed one is returned as it is, so that the mail is not lost."""
    try:
        return str(policy.default.header_fetch_parse(name, value))
    except (ValueError, IndexError, LookupError, AttributeError):
        return str(value)


def _addresses(message: EmailMessage, name: str) -> list[Json]:
    pairs = getaddresses([_header(message, name)])
    return [{"Name": display, "Address": address} for display, address in pairs if address]


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # an unknown character set
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", errors="replace") if isinstance(payload, bytes) else ""


def _sent(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (ValueError, IndexError):
        return ""


def _attachment(part: EmailMessage) -> Json:
    payload = part.get_payload(decode=True)
    return {
        "PartID": uuid.uuid4().hex,
        "FileName": part.get_filename() or "",
        "ContentType": part.get_content_type(),
        "ContentID": str(part["Content-ID"] or "").strip("<>"),
        "Size": len(payload) if isinstance(payload, bytes) else 0,
    }


def _people(*names: str) -> Callable[[Mail], str]:
    def text(mail: Mail) -> str:
        found: list[Json] = []
        for name in names:
            value = mail.summary[name]
            found += value if isinstance(value, list) else [value]
        return " ".join(f"{person['Name']} <{person['Address']}>" for person in found)

    return text


_FIELDS: dict[str, Callable[[Mail], str]] = {
    "to": _people("To"),
    "cc": _people("Cc"),
    "bcc": _people("Bcc"),
    "from": _people("From"),
    "addressed": _people("From", "To", "Cc", "Bcc"),
    "subject": lambda mail: str(mail.summary["Subject"]),
}


def _matches(mail: Mail, word: str) -> bool:
    name, colon, value = word.partition(":")
    if colon and name in _FIELDS:
        return value in _FIELDS[name](mail).lower()
    everywhere = [_FIELDS["addressed"](mail), str(mail.summary["Subject"]), mail.body("plain"), mail.body("html")]
    return any(word in text.lower() for text in everywhere)
