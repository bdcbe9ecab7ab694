"""The floor: the benchmarked endpoints in raw psycopg on Starlette, with the same checks and responses.

It shows the minimum cost of a request in Python and PostgreSQL. Any trick is allowed, but it must check as much as the
application: the token's signature, kind, audience, issuer and expiry; that the session has not ended and the user is
active; permissions; every parameter. It rejects what the benchmark does not use: sorting, searching, and counts beyond
COUNT_LIMIT other than of the whole table. Its main trick is that one statement does everything, including loading the
user. No application should be written like this.

Run it with `uvicorn --factory benchmarks.floor:create_app`. It reads DATABASE_URL, SECRET_KEY and FRONTEND_URL.
"""

import asyncio
import base64
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from urllib.parse import parse_qs
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.types.string import TextLoader
from pydantic_core import to_json, to_jsonable_python
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core.ids import new_id
from app.core.lists.pagination import COUNT_LIMIT

POOL_SIZE = 10
MAX_KNOWN_TOKENS = 10_000
SESSION_LIFETIME = timedelta(minutes=int(os.environ.get("ACCESS_TOKEN_EXPIRE_MINUTES", "15")))
SORT = "-created_at"
LAST = ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")
"""The sort key and the id before which the first page starts."""
# The application's options, plus plan_cache_mode: without it PostgreSQL plans the larger statements again every time.
SERVER_OPTIONS = (
    "-c statement_timeout=8s -c lock_timeout=2s -c idle_in_transaction_session_timeout=15s -c timezone=UTC "
    "-c plan_cache_mode=force_generic_plan"
)

USER_FIELDS = ("id", "email", "full_name", "is_active", "is_superuser", "created_at", "version", "avatar_url")
ITEM_FIELDS = ("id", "owner_id", "title", "description", "created_at", "version")

# $1 is the session's id. If there is no row, the session is not valid.
READ_USER_ME = """
    select u.id, u.email, u.full_name, u.is_active, u.is_superuser, u.created_at, u.version, u.avatar_url
    from user_sessions s join users u on u.id = s.user_id
    where s.id = $1 and s.expires_at > now() and u.is_active"""
READ_ITEM = """
    select i.id, i.owner_id, i.title, i.description, i.created_at, i.version
    from user_sessions s join users u on u.id = s.user_id
         left join items i on i.id = $2 and (u.is_superuser or i.owner_id = u.id)
    where s.id = $1 and s.expires_at > now() and u.is_active"""
CREATE_ITEM = """
    insert into items (id, owner_id, title, description, created_at)
    select $2, u.id, $3, $4, $5
    from user_sessions s join users u on u.id = s.user_id
    where s.id = $1 and s.expires_at > now() and u.is_active
    returning owner_id"""
# Parameters of lists: the time and id before the page, the number of rows, the number of rows to skip. An empty
# page still has a row, with the count. `offset 0` makes PostgreSQL count once instead of once per row.
READ_ITEMS = """
    select i.id, i.owner_id, i.title, i.description, i.created_at, i.version, c.count
    from user_sessions s join users u on u.id = s.user_id
         cross join lateral (
             select case when not u.is_superuser
                         then (select count(*) from (select 1 from items where owner_id = u.id limit 10001) l)
                         when e.rows > 50000 then e.rows
                         else (select count(*) from (select 1 from items limit 10001) l)
                    end as count
             from (select (reltuples / nullif(relpages, 0) * pg_relation_size(oid) / 8192)::bigint as rows
                   from pg_class where oid = 'items'::regclass) e
             offset 0) c
         left join lateral (
             (select * from items where u.is_superuser and (created_at, id) < ($2, $3)
              order by created_at desc, id desc limit $4 offset $5)
             union all
             (select * from items where not u.is_superuser and owner_id = u.id and (created_at, id) < ($2, $3)
              order by created_at desc, id desc limit $4 offset $5)) i on true
    where s.id = $1 and s.expires_at > now() and u.is_active
    order by i.created_at desc, i.id desc"""
READ_USERS = """
    select p.id, p.email, p.full_name, p.is_active, p.is_superuser, p.created_at, p.version, p.avatar_url,
           (select count(*) from (select 1 from users limit 10001) l), u.is_superuser
    from user_sessions s join users u on u.id = s.user_id
         left join lateral (
             select * from users where u.is_superuser and (created_at, id) < ($2, $3)
             order by created_at desc, id desc limit $4 offset $5) p on true
    where s.id = $1 and s.expires_at > now() and u.is_active
    order by p.created_at desc, p.id desc"""
READ_PASSWORD = "select id, hashed_password from users where email = $1"
CREATE_SESSION = """
    with u as (select id, is_active from users where id = $1 and hashed_password = $2 for update),
         d as (delete from user_sessions using u where user_id = u.id and expires_at <= $4),
         s as (insert into user_sessions (id, user_id, created_at, expires_at)
               select $3, id, $4, $5 from u where is_active)
    select is_active from u"""

Row = tuple[Any, ...]


class Pool:
    """Open connections, each with one cursor. The most recently used one is used next."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: asyncio.LifoQueue[AsyncRawCursor[Row]] = asyncio.LifoQueue()

    async def open(self) -> None:
        for _ in range(POOL_SIZE):
            connection = await AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=0, options=SERVER_OPTIONS
            )
            connection.adapters.register_loader("uuid", TextLoader)  # ids are only needed as text
            self._idle.put_nowait(AsyncRawCursor(connection))

    async def close(self) -> None:
        while not self._idle.empty():
            await self._idle.get_nowait().connection.close()

    async def fetch(self, query: LiteralString, *parameters: object) -> list[Row]:
        cursor = await self._idle.get()
        try:
            await cursor.execute(query, parameters)
            return await cursor.fetchall()
        finally:
            self._idle.put_nowait(cursor)

    async def fetch_as(self, request: Request, query: LiteralString, *parameters: object) -> list[Row]:
        """Return the rows for the signed-in user, at least one. Raises 401."""
        rows = await self.fetch(query, tokens.session_id(request), *parameters)
        if not rows:
            raise HTTPException(401)
        return rows


class Tokens:
    """Creates and verifies access tokens. A token's signature is verified once, its expiry every time."""

    def __init__(self, secret: str, issuer: str) -> None:
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jwt-signing")
        self._key = Ed25519PrivateKey.from_private_bytes(kdf.derive(secret.encode()))
        self._public_key = self._key.public_key()
        self._key_id = hashlib.sha256(self._public_key.public_bytes_raw()).hexdigest()[:16]
        self._issuer = issuer
        self._known: dict[str, tuple[str, int]] = {}

    def session_id(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise HTTPException(401)
        session_id, expires_at = self._known.get(token) or self._verify(token)
        if expires_at <= time.time():
            raise HTTPException(401)
        return session_id

    def _verify(self, token: str) -> tuple[str, int]:
        options: Any = {"require": ["iss", "aud", "sub", "iat", "exp"], "strict_aud": True}
        checks: Any = {"audience": "api", "issuer": self._issuer, "options": options}
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != "at+jwt" or header.get("kid") != self._key_id:
                raise HTTPException(401)
            claims = jwt.decode(token, self._public_key, algorithms=["EdDSA"], **checks)
            known = str(UUID(claims["sid"])), int(claims["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
            raise HTTPException(401) from None
        if len(self._known) >= MAX_KNOWN_TOKENS:
            self._known.clear()
        self._known[token] = known
        return known

    def create(self, user_id: str, session_id: str, now: datetime, expires_at: datetime) -> str:
        claims = {"iss": self._issuer, "aud": "api", "iat": now, "exp": expires_at, "sub": user_id, "sid": session_id}
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id, "typ": "at+jwt"})


pool: Pool
tokens: Tokens
hasher = PasswordHasher()
threads = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)


def page_params(request: Request) -> tuple[int, tuple[str, str], int, int]:
    """Return the limit, the time and id before the page, the rows to skip from there, and all rows before it."""
    query = request.query_params
    if not query.keys() <= {"limit", "skip", "cursor", "sort"} or query.get("sort", SORT) != SORT:
        raise HTTPException(422)
    limit = whole_number(query.get("limit", "100"), 1, 100)
    skip = whole_number(query.get("skip", "0"), 0, 1_000_000)
    if (cursor := query.get("cursor")) is None:
        return limit, LAST, skip, skip
    try:
        sort, key, row_id, offset = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        if sort == SORT and type(offset) is int and 0 <= offset <= 10**12:
            return limit, (str(datetime.fromisoformat(key)), str(UUID(row_id))), 0, offset
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass  # the same error as for a cursor of another list
    raise HTTPException(422)


def whole_number(text: str, minimum: int, maximum: int) -> int:
    if not text.isdecimal() or not minimum <= int(text) <= maximum:
        raise HTTPException(422)
    return int(text)


def valid_text(text: object, min_length: int) -> str:
    if not isinstance(text, str) or not min_length <= len(text) <= 255 or "\0" in text:
        raise HTTPException(422)
    return text


def respond(document: object) -> Response:
    return Response(to_json(document), media_type="application/json")


def respond_with_page(limit: int, skip: int, offset: int, fields: Sequence[str], rows: list[Row]) -> Response:
    """Create a page from rows of the fields, the count, and optional columns. A null id means that it is empty."""
    count: int = rows[0][len(fields)]
    if rows[0][0] is None:
        rows = []
    seen, has_next, rows, next_cursor = offset + len(rows), len(rows) > limit, rows[:limit], None
    is_exact = count <= COUNT_LIMIT
    if not is_exact:
        if count == COUNT_LIMIT + 1 or not rows:
            raise HTTPException(501)
        count, is_exact = (max(count, seen), False) if has_next else (seen, skip == offset)
    if has_next:
        last = dict(zip(fields, rows[-1], strict=False))
        cursor = json.dumps([SORT, to_jsonable_python(last["created_at"]), last["id"], offset + len(rows)])
        next_cursor = base64.urlsafe_b64encode(cursor.encode()).decode()
    pagination = {
        "page": offset // limit + 1,
        "page_size": limit,
        "total_pages": -(-count // limit),
        "has_next": has_next,
        "has_prev": offset > 0,
        "next_cursor": next_cursor,
        "count_is_exact": is_exact,
    }
    data = [dict(zip(fields, row, strict=False)) for row in rows]
    return respond({"data": data, "count": count, "pagination": pagination})


async def health_check(_: Request) -> Response:
    return respond(True)


async def read_user_me(request: Request) -> Response:
    rows = await pool.fetch_as(request, READ_USER_ME)
    return respond(dict(zip(USER_FIELDS, rows[0], strict=True)))


async def read_users(request: Request) -> Response:
    limit, before, skip, offset = page_params(request)
    rows = await pool.fetch_as(request, READ_USERS, *before, limit + 1, skip)
    if not rows[0][-1]:
        raise HTTPException(403)
    return respond_with_page(limit, skip, offset, USER_FIELDS, rows)


async def read_items(request: Request) -> Response:
    limit, before, skip, offset = page_params(request)
    rows = await pool.fetch_as(request, READ_ITEMS, *before, limit + 1, skip)
    return respond_with_page(limit, skip, offset, ITEM_FIELDS, rows)


async def read_item(request: Request) -> Response:
    try:
        item_id = str(UUID(request.path_params["id"]))
    except ValueError:
        raise HTTPException(422) from None
    rows = await pool.fetch_as(request, READ_ITEM, item_id)
    if rows[0][0] is None:
        raise HTTPException(404)
    return respond(dict(zip(ITEM_FIELDS, rows[0], strict=True)))


async def create_item(request: Request) -> Response:
    try:
        body = json.loads(await request.body())
        title, description = valid_text(body["title"], 1), body.get("description")
        if description is not None:
            valid_text(description, 0)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HTTPException(422) from None
    item_id, now = str(new_id()), datetime.now(UTC)
    rows = await pool.fetch_as(request, CREATE_ITEM, item_id, title, description, now)
    item = (item_id, rows[0][0], title, description, now, 1)
    return respond(dict(zip(ITEM_FIELDS, item, strict=True)))


async def login(request: Request) -> Response:
    form = parse_qs((await request.body()).decode())
    email, password = (form.get(name, [""])[0] for name in ("username", "password"))
    try:
        ((user_id, password_hash),) = await pool.fetch(READ_PASSWORD, email.lower())
        await asyncio.get_running_loop().run_in_executor(threads, hasher.verify, password_hash, password)
    except (ValueError, VerifyMismatchError):  # ValueError: no such user
        raise HTTPException(400) from None
    session_id, now = str(new_id()), datetime.now(UTC)
    expires_at = now + SESSION_LIFETIME
    rows = await pool.fetch(CREATE_SESSION, user_id, password_hash, session_id, now, expires_at)
    if rows != [(True,)]:
        raise HTTPException(400)
    token = tokens.create(user_id, session_id, now, expires_at)
    seconds = round(SESSION_LIFETIME.total_seconds())
    return respond({"access_token": token, "token_type": "bearer", "expires_in": seconds})


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    await pool.open()
    yield
    await pool.close()


def create_app() -> Starlette:
    global pool, tokens
    pool = Pool(os.environ["DATABASE_URL"])
    tokens = Tokens(os.environ["SECRET_KEY"], os.environ["FRONTEND_URL"])
    routes = [
        Route("/api/v1/users/me", read_user_me),
        Route("/api/v1/items/", read_items),
        Route("/api/v1/items/", create_item, methods=["POST"]),
        Route("/api/v1/items/{id}", read_item),
        Route("/api/v1/users/", read_users),
        Route("/api/v1/utils/health-check/", health_check),
        Route("/api/v1/login/access-token", login, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
