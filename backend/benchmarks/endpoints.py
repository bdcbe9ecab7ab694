"""The measured requests. For each, the application and the floor must return identical bytes."""

import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.seed import PASSWORD, Seeded

DEPTH = 90_000
CONNECTIONS = 16
NAMES = (
    "health",
    "users_me",
    "item",
    "items",
    "create_item",
    "users",
    "items_all",
    "items_deep_cursor",
    "items_deep_skip",
    "login",
)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def encode(self, port: int) -> bytes:
        """Return the request as bytes of HTTP/1.1."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body.encode())}")
        return "\r\n".join([*lines, "", self.body]).encode()


@dataclass(frozen=True)
class Endpoint:
    """Requests of one kind, sent in turn."""

    name: str
    requests: tuple[Request, ...]
    varying: tuple[str, ...] = ()
    """Members of the response that differ each time: new ids, times and tokens."""
    connections: int = CONNECTIONS

    @property
    def writes(self) -> bool:
        return bool(self.varying)

    def comparable(self, body: bytes) -> bytes:
        """Return the body with each varying value replaced by dots of the same length."""
        if not self.varying:
            return body
        document = json.loads(body)
        for name in self.varying:
            body = body.replace(document[name].encode(), b"." * len(document[name]), 1)
        return body


def deep_page(seeded: Seeded, *, depth: int = DEPTH, limit: int = 20) -> Request:
    """Return the request whose `next_cursor` leads to the page at `depth`."""
    return _get(f"items/?skip={depth - limit}&limit={limit}", seeded.superuser_token)


def make_endpoints(seeded: Seeded, *, cursor: str, depth: int = DEPTH) -> dict[str, Endpoint]:
    """Return all endpoints by name. `cursor` leads to the page at `depth`."""
    user, superuser = seeded.user_token, seeded.superuser_token
    new_items = [
        {"title": f"New item {n}", "description": f"Created by the benchmark: {'word ' * n}"} for n in range(8)
    ]
    endpoints = [
        Endpoint("health", (Request("GET", "/api/v1/utils/health-check/"),)),
        Endpoint("users_me", (_get("users/me", user),)),
        Endpoint("item", tuple(_get(f"items/{item_id}", user) for item_id in seeded.item_ids)),
        Endpoint("items", (_get("items/?limit=20", user),)),
        Endpoint("create_item", tuple(_post_item(item, user) for item in new_items), ("id", "created_at")),
        Endpoint("users", (_get("users/?limit=50", superuser),)),
        Endpoint("items_all", (_get("items/?limit=20", superuser),)),
        Endpoint("items_deep_cursor", (_get("items/?" + urlencode({"limit": 20, "cursor": cursor}), superuser),)),
        # The application refuses a user's eleventh slow query at a time (`core/lists/turns.py`).
        Endpoint("items_deep_skip", (_get(f"items/?limit=20&skip={depth}", superuser),), connections=8),
        Endpoint(
            "login", tuple(_login(email, number) for number, email in enumerate(seeded.emails)), ("access_token",)
        ),
    ]
    return {endpoint.name: endpoint for endpoint in endpoints}


def _get(path: str, token: str) -> Request:
    return Request("GET", f"/api/v1/{path}", {"Authorization": f"Bearer {token}"})


def _post_item(item: dict[str, str], token: str) -> Request:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return Request("POST", "/api/v1/items/", headers, json.dumps(item))


def _login(email: str, number: int) -> Request:
    network = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": network}
    form = urlencode({"username": email, "password": PASSWORD})
    return Request("POST", "/api/v1/login/access-token", headers, form)
