"""The fast path responds like FastAPI: thousands of generated requests go both ways, and each byte is compared."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.fields import Day, Flag, Moment, Money, NotBlank, Number
from app.core.http import fast_path, routing
from app.core.http.routing import Route, add_routes
from app.core.security import passwords
from app.main import create_app
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.generated_requests import GeneratedRequest, Requests
from tests.examples import existing_parameters, operations, refusals, row_of
from tests.fixtures import Clock
from tests.rules import assert_none

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_RANDOM = re.compile(rb"(?<=\")[\w-]{43}(?=\")|[0-9a-f]{64}")
_REQUEST_ID = (b"x-correlation-id", b"one-of-the-generated")
_MEASURED = (b"x-process-time-ms", b"ratelimit")


class Kinds(BaseModel):
    """A body with each kind of field."""

    text: Annotated[str, Field(max_length=20), NotBlank()]
    number: Annotated[Number, Field(ge=0, le=9)] = 1
    flag: Flag = False
    amount: Money
    day: Day
    moment: Moment
    ratio: float
    lax: int = 0
    choice: Literal["open", "done"] = "open"
    many: list[int] = Field(default=[], max_length=3)
    nested: dict[str, int] | None = None


class KindsQuery(BaseModel):
    """A query with each kind of parameter that the fast path takes."""

    text: str = ""
    needed: int
    flag: bool | None = None
    ratio: float = 1.5
    day: Day | None = None
    choice: Literal["open", "done"] = "open"


class Closed(BaseModel):
    number: int = Field(default=1, ge=1, le=5)
    model_config = {"extra": "forbid"}


router = APIRouter(prefix="/kinds")


async def get_closed(query: Annotated[Closed, Query()]) -> Closed:
    return query


@router.post("/{number}/{text}", status_code=201)
async def create_kinds(number: int, text: str, body: Kinds) -> dict[str, Any]:
    return {"number": number, "text": text, "body": body.model_dump()}


@router.get("/")
async def read_kinds(query: Annotated[KindsQuery, Query()]) -> dict[str, Any]:
    return query.model_dump()


@router.get("/closed/{ratio}")
async def read_closed(ratio: float, closed: Annotated[Closed, Depends(get_closed)]) -> Closed:
    return Closed(number=closed.number)


def make_app() -> FastAPI:
    app = create_app()
    add_routes(app, router, "/api/v1")
    return app


FAST = make_app()
ROUTES = {route.name: route for route in FAST.routes if isinstance(route, Route) and route.is_fast}
NEEDS_A_SECRET = {"login_session": 400, "reauthenticate": 400, **refusals()}
del ROUTES["health_ready"]  # its response depends on how soon the database responds


@pytest.fixture(scope="module")
def plain() -> FastAPI:
    """The application without the fast path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routing, "_fast_path", lambda: None)
        app = make_app()
    assert not any(route.is_fast for route in app.routes if isinstance(route, Route))
    return app


async def send(app: FastAPI, request: GeneratedRequest) -> Answer:
    body, size = request.body or b"", -(-len(request.body or b"") // request.parts)
    parts = [body[start : start + size] for start in range(0, len(body), size or 1)] or [b""]
    messages = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def note(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path),
        "raw_path": request.path.encode(),
        "query_string": request.query,
        "root_path": "",
        "headers": [(b"host", b"localhost:8000"), _REQUEST_ID, *request.headers],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
        "state": {},
    }
    await asyncio.create_task(app(scope, receive, note))  # its context variables end with it
    headers = [(name, value) for name, value in sent[0]["headers"] if name not in _MEASURED]
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


async def requests_for(name: str, session: AsyncSession) -> Requests:
    """Requests for an operation by a user with a row, another user, a superuser, and without a session."""
    route = ROUTES[name]
    method = min(route.methods or ())
    actors = [await signed_in_user(session), await signed_in_user(session), await signed_in_superuser(session)]
    headers = [(b"authorization", actor[1]["Authorization"].encode()) for actor in actors]
    ids = [str(actor[0].id) for actor in actors]
    if row := row_of(route.path):
        collection, body = row
        [create] = [each for each in ROUTES.values() if each.path == collection and "POST" in (each.methods or ())]
        requests = Requests(collection, "post", FAST.openapi(), values={}, actors=[headers[0]], body=body)
        status, _, created = await send(FAST, requests.valid)
        assert (status, create.is_fast) == (create.status_code or 200, True)
        ids = [match.decode() for match in _UUID.findall(created)]
    is_superusers = name in operations("SUPERUSERS")
    if is_superusers:
        headers.reverse()
    own = {name: [value] for name, value in (await existing_parameters(session)).items()}
    values = own | {"id": ids, "user_id": ids, "owner_id": ids, "number": ["1", "2"], "needed": ["1"], "ratio": ["1.5"]}
    requests = Requests(route.path, method.lower(), FAST.openapi(), values=values, actors=[*headers, None])
    if is_superusers and not requests.has_input:  # such an operation can take seconds
        return Requests(route.path, method.lower(), FAST.openapi(), values={}, actors=[headers[1], None])
    return requests


@asynccontextmanager
async def rolled_back(session: AsyncSession) -> AsyncIterator[None]:
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
    async with connection.transaction(force_rollback=True):
        yield


async def differences(plain: FastAPI, session: AsyncSession, requests: Requests) -> tuple[list[str], set[int]]:
    """Send each request both ways. Return the first requests with different responses, and the statuses."""
    found, statuses = [], set()
    for request in requests:
        answers = []
        for app in (FAST, plain):
            async with rolled_back(session):
                status, headers, body = await send(app, request)
            # New rows have other ids and secrets. Those of rows from before the test are the same in both.
            answers.append(
                (status, headers, _RANDOM.sub(b"<new>", body if request.method == "GET" else _UUID.sub(b"<id>", body)))
            )
        statuses.add(answers[0][0])
        if answers[0] != answers[1]:
            found.append(f"{request}\n  fast: {answers[0]}\n  plain: {answers[1]}")
        if len(found) == 3:
            break
    return found, statuses


@pytest.mark.parametrize("name", ROUTES)
async def test_responses_are_those_of_fastapi(
    name: str, plain: FastAPI, session: AsyncSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.freeze()
    monkeypatch.setattr(passwords, "_verify", lambda password, password_hash: (False, None))  # takes no time
    requests = await requests_for(name, session)
    async with rolled_back(session):
        valid, *_ = await send(FAST, requests.valid)
    assert valid in (200, 201) or valid == NEEDS_A_SECRET.get(name) or not requests.has_input
    found, statuses = await differences(plain, session, requests)
    assert_none(found)
    assert not {status for status in statuses if status >= 500}
    assert 422 in statuses or not requests.has_input


async def test_difference_would_be_found(
    plain: FastAPI, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test compares at all: a fast path that trims texts differs from FastAPI."""
    validate = fast_path._validate

    def trim(field: Any, value: Any) -> Any:
        return validate(field, value.strip() if isinstance(value, str) else value)

    monkeypatch.setattr(fast_path, "_validate", trim)
    found, _ = await differences(plain, session, await requests_for("create_kinds", session))
    assert found
