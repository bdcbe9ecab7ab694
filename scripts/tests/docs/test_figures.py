"""Time limits in the documents match the code."""

import re

import pytest

from app.auth.recent_writes import RECENT_SECONDS
from app.core.database import replica
from app.core.database.engine import _SERVER_OPTIONS, ENGINE_OPTIONS
from app.core.http.edge import REQUEST_SECONDS
from app.core.jobs import queue, worker
from app.core.mail import delivery, outbox
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
    page = read("docs/running/scaling.md")
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
    text = " ".join(read("docs/decisions/0009-jobs-in-the-database.md").split())
    assert f"from {worker.FIRST_WAIT.seconds} s up to {worker.LONGEST_WAIT.seconds // 60} minutes" in text
    assert f"has {worker.SHUTDOWN_SECONDS:g} s for its running jobs" in text
    assert f"without a heartbeat for {worker.STALLED_SECONDS:g} s" in text
    assert [age.days for age in queue._KEPT.values()] == [7, 30]
    assert "deleted after 7 days, failed ones after 30" in text


def test_page_on_mail_has_the_codes_limits() -> None:
    text = " ".join(read("docs/mail.md").split())
    assert (outbox.PER_ACCOUNT, outbox.PER_ADDRESS) == (3, 5)
    assert "An account gets three mails of one kind in an hour." in text
    assert "causes at most five" in text
    assert f"Rows are deleted after {outbox.KEPT_FOR.days} days" in text
    assert f"a database that stays away for {delivery.RECORD_SECONDS} seconds" in text


def test_decision_on_pictures_has_the_codes_limits() -> None:
    text = " ".join(read("docs/decisions/0016-uploaded-pictures.md").split())
    assert f"it has {avatars.RENDER_SECONDS:g} s, {render_avatar.MAX_MEMORY_BYTES >> 30} GiB of memory" in text
    assert (avatars.PROCESSES, avatars.QUEUE_SIZE) == (2, 10)
    assert "Two run concurrently, and ten uploads can wait" in text


def test_decision_on_replicas_has_the_codes_limits() -> None:
    text = " ".join(read("docs/decisions/0040-reads-from-a-replica.md").split())
    assert replica.MAX_LAG_SECONDS < replica.OWN_WRITE_SECONDS
    assert f"At {replica.MAX_LAG_SECONDS} s, the replica is left out" in text
    assert f"comes back after {replica.BACK_SECONDS} s without" in text
    assert f"For {RECENT_SECONDS} s (the {REQUEST_SECONDS} s of a request, {replica.OWN_WRITE_SECONDS} s," in text


def test_shutdown_of_the_api_fits_composes_grace() -> None:
    backend = load_yaml("docker-compose.yml")["services"]["backend"]
    [requests] = re.findall(r'"--timeout-graceful-shutdown", "(\d+)"', read("backend/Dockerfile"))
    needed = int(backend["environment"]["DRAIN_SECONDS"]) + int(requests)
    assert needed < int(backend["stop_grace_period"].removesuffix("s"))


def test_shutdown_of_the_worker_fits_composes_grace() -> None:
    service = load_yaml("docker-compose.yml")["services"]["worker"]
    assert int(service["stop_grace_period"].removesuffix("s")) > worker.SHUTDOWN_SECONDS
