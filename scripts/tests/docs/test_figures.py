"""Time limits in the documents match the code."""

import re

import pytest

from app.auth.jobs import recoveries
from app.core import jobs
from app.core.database.engine import _SERVER_OPTIONS, ENGINE_OPTIONS
from app.core.http.problems import REQUEST_SECONDS
from app.users import avatars, render_avatar
from scripts.tests.deploy.files import load_yaml, read

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
@pytest.mark.parametrize("page", ["docs/decisions/0002-one-request-one-transaction.md", "docs/security.md"])
def test_bounds_of_waits_are_the_codes(page: str, limit: str) -> None:
    [bounds] = re.findall(r"Every wait has a bound: ([^.]*)\.", read(page))
    assert re.findall(rf"\b{limit} (\d+ s)\b", bounds) == [LIMITS[limit]]


def test_decision_on_jobs_has_the_codes_limits() -> None:
    text = " ".join(read("docs/decisions/0009-jobs-after-the-commit.md").split())
    assert f"a queue of at most {jobs.QUEUE_SIZE:,}" in text
    assert f"Each run is limited to {jobs.RUN_SECONDS} s" in text
    assert f"has {jobs.SHUTDOWN_SECONDS} s for the jobs in its queue" in text
    assert recoveries.count == 5
    assert "at most five recovery emails an hour" in text


def test_decision_on_pictures_has_the_codes_limits() -> None:
    text = " ".join(read("docs/decisions/0016-uploaded-pictures.md").split())
    assert f"it has {avatars.RENDER_SECONDS:g} s, {render_avatar.MAX_MEMORY_BYTES >> 30} GiB of memory" in text
    assert (avatars.PROCESSES, avatars.QUEUE_SIZE) == (2, 10)
    assert "Two run concurrently, and ten uploads can wait" in text


def test_shutdown_of_the_api_fits_composes_grace() -> None:
    compose = read("docker-compose.yml")
    assert f"and {jobs.SHUTDOWN_SECONDS} s for jobs." in compose
    backend = load_yaml("docker-compose.yml")["services"]["backend"]
    [requests] = re.findall(r'"--timeout-graceful-shutdown", "(\d+)"', read("backend/Dockerfile"))
    needed = int(backend["environment"]["DRAIN_SECONDS"]) + int(requests) + jobs.SHUTDOWN_SECONDS
    assert needed < int(backend["stop_grace_period"].removesuffix("s"))
