"""Time limits in the documents match the code."""

import re

import pytest

from app.core.database.engine import _SERVER_OPTIONS, ENGINE_OPTIONS
from app.core.http.problems import REQUEST_SECONDS
from scripts.tests.deploy.files import ROOT, read

BOUNDS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
LIMITS = {
    "pool": f"{ENGINE_OPTIONS['pool_timeout']} s",
    "connect": f"{ENGINE_OPTIONS['connect_args']['connect_timeout']} s",
    "lock": _SERVER_OPTIONS["lock_timeout"].replace("s", " s"),
    "statement": _SERVER_OPTIONS["statement_timeout"].replace("s", " s"),
    "request": f"{REQUEST_SECONDS} s",
}


def test_role_behind_pgbouncer_has_the_apis_options() -> None:
    page = read("docs/operations/scaling.md")
    assert dict(re.findall(r"ALTER ROLE api SET (\w+) = '(\w+)';", page)) == {
        name: _SERVER_OPTIONS[name] for name in BOUNDS
    }
    assert f"time limit of a request, which is {REQUEST_SECONDS} s" in page
    [ignored] = re.findall(r"^ignore_startup_parameters = (\S+)$", page, re.M)
    assert ignored.split(",") == list(BOUNDS)


@pytest.mark.parametrize("limit", LIMITS)
def test_decision_on_transactions_has_the_codes_limits(limit: str) -> None:
    [decision] = (ROOT / "docs" / "decisions").glob("0002-*.md")
    assert re.findall(rf"\b{limit} (\d+ s)\b", decision.read_text(encoding="utf-8")) == [LIMITS[limit]]
