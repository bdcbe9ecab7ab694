"""`./scripts/deploy` on a separate server under load (R18)."""

import os
import re
from collections.abc import Iterator

import pytest

from scripts.measure.deploy_drill import add_migration, change_code
from scripts.measure.docker_stack import Server, server
from scripts.measure.load import Report, load
from scripts.tests.compose.stack import Visitor

# Enough for an interruption of a quarter of a second, and little enough for a busy machine that also builds images.
PER_SECOND = 12.0

MIGRATION = """
from alembic import op
from app.core.migrations.steps import previous, set_lock_timeout
{comment}
revision = "{name}"
down_revision = previous(__file__)
branch_labels = depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.execute("{statement}")
"""
DROPS_A_COLUMN = MIGRATION.format(name="9999_drops", statement="ALTER TABLE users DROP COLUMN full_name", comment="")
CONTRACTS = MIGRATION.format(
    name="9100_contracts",
    statement="ALTER TABLE users DROP COLUMN IF EXISTS colour",
    comment="# Deploy: allow ban-drop-column after 9003_drill: no release since then reads it.",
)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Server]:
    """A server with a first release."""
    with server(f"apptest{os.getpid()}-deploy") as target:
        target.deploy()
        yield target


@pytest.fixture
def target(deployed: Server) -> Iterator[Server]:
    """The same server. After each test, one container per service runs, and the deployed code is checked out."""
    yield deployed
    deployed.run("git", "reset", "--quiet", "--hard", deployed.tag("backend"))
    assert (len(deployed.containers("backend")), len(deployed.containers("frontend"))) == (1, 1)


def assert_users_noticed_nothing(report: Report) -> None:
    assert report.writes > 10, "there was no load"
    assert (report.failures, report.lost, report.repeated) == ([], set(), set()), str(report)


def dashboard(target: Server) -> Visitor:
    return Visitor(f"dashboard.{target.domain}", target.port(), plain=False)


def assets(page: str) -> set[str]:
    return set(re.findall(r'(?:src|href)="(/assets/[^"]+\.js)"', page))


def test_users_and_open_tabs_notice_no_deployment(target: Server) -> None:
    with dashboard(target) as tab:
        old = assets(tab.get("/").text)
        with load(target, per_second=PER_SECOND) as report:
            target.change("frontend/src/lib/project.ts", '|| "App"', '|| "Another name"')
            change_code(target, 1)
            target.commit()
            target.deploy()
            add_migration(target, 1)
            target.commit()
            target.deploy()
        assert_users_noticed_nothing(report)
        new = assets(tab.get("/").text)
        assert old - new, "the two builds have the same assets"
        for path in old | new:
            response = tab.get(path)
            assert (response.status_code, "immutable" in response.headers["cache-control"]) == (200, True), path
        assert tab.get("/assets/index-00000000.js").status_code == 404


def test_release_that_never_becomes_ready_is_removed(target: Server) -> None:
    before = target.containers("backend"), target.deploy("--list").stdout
    target.change("backend/app/system/routes.py", 'readiness.status != "failed"', "False")
    target.commit()
    with load(target, per_second=PER_SECOND) as report:
        done = target.deploy("--ready-timeout", "8", check=False)
    assert_users_noticed_nothing(report)
    assert done.returncode == 1
    assert "is not ready within 8 s" in done.stdout
    assert "503" in done.stdout, "the end of the log says why"
    assert (target.containers("backend"), target.deploy("--list").stdout) == before


def test_release_that_crashes_fails_immediately(target: Server) -> None:
    before = target.containers("backend")
    ends = '[ "$1" != uvicorn ] || { echo "broken on purpose" >&2; exit 3; }'
    target.change("backend/docker-entrypoint.sh", 'exec "$@"', f'{ends}\nexec "$@"')
    target.commit()
    done = target.deploy("--ready-timeout", "500", check=False)
    assert done.returncode == 1
    assert "does not become ready" in done.stdout
    assert "broken on purpose" in done.stdout
    assert target.containers("backend") == before


def test_failing_last_service_rolls_back_all(target: Server) -> None:
    before = target.tag("backend"), target.containers("frontend")
    change_code(target, 2)
    target.change("docker-compose.yml", "http://127.0.0.1:8080/", "http://127.0.0.1:8081/")
    target.commit()
    with load(target, per_second=PER_SECOND) as report:
        done = target.deploy("--ready-timeout", "15", check=False)
    assert_users_noticed_nothing(report)
    assert done.returncode == 1
    assert re.search(r"-frontend-\d+ \(.*\) is not ready within 15 s", done.stdout), done.stdout
    assert (target.tag("backend"), target.containers("frontend")) == before


def test_rollback_uses_the_previous_images(target: Server) -> None:
    """The later release's schema stays."""
    first = target.tag("backend")
    add_migration(target, 2)
    target.commit()
    target.deploy()
    second = target.tag("backend")
    with load(target, per_second=PER_SECOND) as report:
        target.deploy("--rollback")
    assert_users_noticed_nothing(report)
    assert (target.tag("backend"), target.tag("frontend")) == (first, first)
    target.deploy("--tag", second)
    assert (target.tag("backend"), target.tag("frontend")) == (second, second)


def test_rollback_across_a_dropped_column_is_refused(target: Server) -> None:
    add_migration(target, 3)
    (target.root / "backend/app/alembic/versions/9100_contracts.py").write_text(CONTRACTS)
    target.commit()
    target.deploy("--allow-migration", "9100_contracts:ban-drop-column")
    before = target.containers("backend")
    done = target.deploy("--rollback", check=False)
    assert done.returncode == 1
    assert "the previous release does not have 9003_drill" in done.stdout
    assert "--allow-migration 9100_contracts:ban-drop-column" in done.stdout
    assert target.containers("backend") == before


def test_migration_that_breaks_the_running_release_is_refused(target: Server) -> None:
    before = target.containers("backend")
    (target.root / "backend/app/alembic/versions/9999_drops.py").write_text(DROPS_A_COLUMN)
    target.commit()
    done = target.deploy(check=False)
    assert done.returncode == 1
    assert "ALTER TABLE users DROP COLUMN full_name" in done.stdout
    assert "--allow-migration 9999_drops:ban-drop-column" in done.stdout
    assert target.containers("backend") == before


def test_changed_routes_need_with_pause(target: Server) -> None:
    before = target.containers("backend")
    target.change("docker-compose.yml", "inflightreq.amount=100", "inflightreq.amount=101")
    target.commit()
    done = target.deploy(check=False)
    assert done.returncode == 1
    assert "--with-pause" in done.stdout
    assert target.containers("backend") == before
    target.deploy("--with-pause")
    with dashboard(target) as visitor:
        assert visitor.get("/api/v1/health/live").status_code == 200


def add_second(target: Server) -> str:
    """Start another container of the API and return the older one."""
    [first] = target.containers("backend")
    options = ["--detach", "--wait", "--no-deps", "--no-recreate", "--no-build", "--scale=backend=2"]
    target.run("env", f"TAG={target.tag('backend')}", "docker", "compose", "up", *options, "backend")
    return first


def test_r11_sigterm_under_load_fails_no_request(target: Server) -> None:
    first = add_second(target)
    with load(target, per_second=PER_SECOND) as report:
        target.run("docker", "stop", first)
    target.run("docker", "rm", first)
    assert_users_noticed_nothing(report)


def test_killed_container_loses_no_acknowledged_write(target: Server) -> None:
    first = add_second(target)
    with load(target, per_second=PER_SECOND) as report:
        target.run("docker", "kill", first)
    target.run("docker", "rm", first)
    assert report.writes > 10
    assert (report.lost, report.repeated) == (set(), set())
    assert len(report.failures) < len(report.latencies) / 4, f"the other container did not take over: {report}"
