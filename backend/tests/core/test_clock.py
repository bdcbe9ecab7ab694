"""`app/core/clock.py` is the only source of the time of day, and the fixture `clock` sets it."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.clock import unix_ns, utc_now
from app.core.errors import NotAuthenticated
from app.core.ids import new_id
from app.core.security import signed_tokens
from app.core.security.signed_tokens import ACCESS, decode_token, encode_token
from tests.conftest import BACKEND_DIR
from tests.fixtures import Clock

CALLS = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|ctime)"
    r"|func\.(now|current_timestamp|clock_timestamp|statement_timestamp|localtimestamp))$"
)
SQL = re.compile(r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_timestamp\b", re.I)
READERS = {"time": {"time", "time_ns", "localtime", "gmtime", "ctime"}}
EXCEPTIONS = {
    "core/clock.py": "the source",
    "core/jobs/condition.py": "ages of heartbeats, jobs and mails, by the clock that wrote most of their times",
    "core/migrations/applied.py": "a column default that nothing decides by",
    "backups/database.py": "the time of a snapshot, and names that are compared on the server only",
    "worker.py": "compares with the time of a file",
    "alembic/versions/0018_auth_links.py": "the time of the migration",
    "alembic/versions/0020_audit.py": "events are written by the database itself",
    "alembic/versions/0030_auth_security_events.py": "the age of events, in days",
    "audit/models.py": "events are written by the database itself",
    "auth/recent_writes.py": "the times of recent writes, which are compared on the server only",
    "metrics/crud.py": "ages of jobs, by the clock that wrote their times",
    "doctor/database.py": "compares the server's clock with ours",
}


def readings(source: str) -> list[str]:
    """The places of a module that read the time of day by themselves."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and CALLS.search(ast.unparse(node)):
            found.append(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            found += [
                f"{node.module}.{each.name}" for each in node.names if each.name in READERS.get(node.module or "", ())
            ]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            found.append(node.value)
    return found


def app_files() -> dict[str, Path]:
    folder = BACKEND_DIR / "app"
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.py"))}


def test_only_the_clock_reads_the_time_of_day() -> None:
    found = {name: readings(path.read_text(encoding="utf-8")) for name, path in app_files().items()}
    assert {name: places for name, places in found.items() if places and name not in EXCEPTIONS} == {}
    present = EXCEPTIONS.keys() & app_files().keys()  # some features can be left out
    assert [name for name in sorted(present) if not found[name]] == []


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "dt.datetime.now()",
        "datetime.utcnow()",
        "dt.date.today()",
        "time.time()",
        "default_factory = time.time_ns",
        "from time import time",
        "sa.func.now()",
        "text('DELETE FROM a WHERE expires_at < now()')",
        "text('SELECT CURRENT_TIMESTAMP')",
    ],
)
def test_reading_of_the_time_is_found(source: str) -> None:
    assert readings(source)


@pytest.mark.parametrize(
    "source",
    ["time.monotonic()", "time.perf_counter()", "from time import monotonic", "utc_now()", "row.created_at.date()"],
)
def test_durations_are_no_reading_of_the_time(source: str) -> None:
    assert readings(source) == []


def test_clock_is_frozen_and_advanced(clock: Clock) -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, 678_901, UTC)
    assert clock.freeze(moment) == utc_now() == moment
    assert unix_ns() == unix_ns()
    clock.advance(timedelta(days=1, microseconds=1))
    assert utc_now() == moment + timedelta(days=1, microseconds=1)
    assert new_id().int >> 80 >= unix_ns() // 1_000_000


def test_clock_runs_on_from_where_it_was_set(clock: Clock) -> None:
    clock.advance(timedelta(days=1))
    first = unix_ns()
    assert utc_now() - datetime.now(UTC) > timedelta(hours=23)
    assert unix_ns() >= first


@pytest.mark.parametrize("remembered", [True, False])
def test_token_is_valid_until_its_expiry(clock: Clock, monkeypatch: pytest.MonkeyPatch, remembered: bool) -> None:
    monkeypatch.setattr(signed_tokens, "_known", {})
    now = clock.freeze(datetime(2030, 1, 1, tzinfo=UTC))
    token = encode_token(ACCESS, {"sub": "ada"}, now + timedelta(minutes=1))
    if remembered:
        decode_token(ACCESS, token)
    clock.advance(timedelta(minutes=1) - timedelta(microseconds=1))
    assert decode_token(ACCESS, token)["sub"] == "ada"
    if not remembered:
        signed_tokens._known.clear()
    clock.advance(timedelta(microseconds=1))
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, token)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_token_is_not_valid_before_its_time(clock: Clock, claim: str) -> None:
    now = clock.freeze(datetime(2030, 1, 1, tzinfo=UTC))
    claims = {"sub": "ada", claim: int(now.timestamp()) + 60}
    token = encode_token(ACCESS, claims, now + timedelta(hours=1))
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, token)
    clock.advance(timedelta(minutes=1))
    assert decode_token(ACCESS, token)["sub"] == "ada"


@pytest.mark.parametrize("not_before", [None, "1", 1.5, True])
def test_time_of_a_token_is_an_integer(not_before: object) -> None:
    token = encode_token(ACCESS, {"sub": "ada", "nbf": not_before}, utc_now() + timedelta(hours=1))
    with pytest.raises(NotAuthenticated):
        decode_token(ACCESS, token)
