"""Limits on requests: which routes have one, where requests are counted, and what their responses say.

The endpoints of sign-in are counted by client before the body is read (`limit_sign_in`), all others by user, when it is
known who that is. A user without requests left is then refused before the body is read, too.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope

from app.core.limits.network import network_of
from app.core.limits.rates import rates
from app.core.limits.store import WINDOW_SECONDS
from app.core.limits.usage import Usage, seconds_of, too_many
from app.core.limits.windows import use_window
from app.core.request_context import request_client
from app.core.settings import settings

SIGN_IN, READS, WRITES = "sign-in", "reads", "writes"
_BY_HANDLER = "by-handler"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

KnownClient = Callable[[Request], str | None]
HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])


def counted_by_handler(_request: Request) -> str:
    """Pass it as `known_client` if the handler counts, because the body says who the client is.

    The handler calls `count_by_session`, or `count_by_network` for a client that it does not know.
    """
    return _BY_HANDLER


def limit_sign_in(known_client: KnownClient | None = None) -> Callable[[HandlerT], HandlerT]:
    """Limit an operation that anybody can call to prove who they are, or to make us send a mail.

    All of them share the limit of a client: its network, or what `known_client` returns of a request.
    """

    def mark(handler: HandlerT) -> HandlerT:
        handler.known_client = known_client  # type: ignore[attr-defined]
        return handler

    return mark


def unlimited(handler: HandlerT) -> HandlerT:
    """Do not count an operation of a signed-in user, such as signing out."""
    handler.is_unlimited = True  # type: ignore[attr-defined]
    return handler


def is_sign_in(handler: object) -> bool:
    return hasattr(handler, "known_client")


def _is_unlimited(handler: object) -> bool:
    return hasattr(handler, "is_unlimited")


class RouteLimits:
    """Refuses requests before their body is read."""

    def __init__(self) -> None:
        self._sign_in: list[Any] = []
        self._unlimited: list[Any] = []
        self._known = 0

    async def check(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """Raises `TooManyRequests`."""
        self._read_routes(scope)
        method = scope["method"]
        if rates.blocked:
            policy, limit = _user_limit(method)
            wait = rates.blocked_for(_credential(headers, policy))
            if limit and wait > 0 and _first_match(self._unlimited, scope) is None:
                _note(scope, Usage(policy, limit, 0, wait, True))
        if method not in _SAFE_METHODS and settings.RATE_LIMIT_SIGN_IN:
            route = _first_match(self._sign_in, scope)
            if route is not None:
                known_client: KnownClient | None = route.endpoint.known_client
                known = known_client(Request(scope)) if known_client else None
                if known != _BY_HANDLER:
                    await _use_sign_in(scope, known or _network())

    def _read_routes(self, scope: Scope) -> None:
        routes = scope["app"].routes
        if len(routes) != self._known:
            self._known = len(routes)
            self._sign_in = [each for each in routes if is_sign_in(getattr(each, "endpoint", None))]
            self._unlimited = [each for each in routes if _is_unlimited(getattr(each, "endpoint", None))]


def _first_match(routes: Iterable[Any], scope: Scope) -> Any:
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


async def count_by_network(request: Request) -> None:
    """Count a request by its network after all, if it is not by the client that `known_client` took it for."""
    if settings.RATE_LIMIT_SIGN_IN:
        await _use_sign_in(request.scope, _network())


def count_by_user(request: Request, user_id: Any) -> None:
    """Count a request of a signed-in user. Raises `TooManyRequests`."""
    policy, limit = _user_limit(request.method)
    if not limit or _is_unlimited(request.scope.get("endpoint")):
        return
    usage = rates.use(user_id, policy, limit)
    if not usage.remaining and (exchange := request.scope.get("exchange")):
        rates.block(_credential(exchange.headers, policy), usage.wait)
    _note(request.scope, usage)


def count_by_session(request: Request, session_id: Any) -> None:
    """Count a request that has proved a session, but no credential of its own. Raises `TooManyRequests`."""
    policy, limit = _user_limit(request.method)
    if limit:
        _note(request.scope, rates.use(session_id, policy, limit))


def limit_headers(usage: Usage) -> list[tuple[bytes, bytes]]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers-11."""
    policy = usage.policy.encode()
    return [
        (b"ratelimit-policy", b'"%s";q=%d;w=%d' % (policy, usage.limit, WINDOW_SECONDS)),
        (b"ratelimit", b'"%s";r=%d;t=%d' % (policy, usage.remaining, seconds_of(usage.wait))),
    ]


async def _use_sign_in(scope: Scope, client: str) -> None:
    _note(scope, await use_window(SIGN_IN, settings.RATE_LIMIT_SIGN_IN, client))


def _note(scope: Scope, usage: Usage) -> None:
    """Report the usage in the response. Raises `TooManyRequests`."""
    if exchange := scope.get("exchange"):
        exchange.usage = usage
    if usage.is_refused:
        raise too_many(usage.wait)


def _user_limit(method: str) -> tuple[str, int]:
    if method in _SAFE_METHODS:
        return READS, settings.RATE_LIMIT_READS
    return WRITES, settings.RATE_LIMIT_WRITES


def _credential(headers: Mapping[bytes, bytes], policy: str) -> int:
    """Return what stands for the headers that prove who the client is, and for the kind of request."""
    return hash((headers.get(b"authorization"), headers.get(b"cookie"), policy))


def _network() -> str:
    return network_of(request_client())
