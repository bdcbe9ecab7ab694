"""How the services work together: mail, client addresses, start order, and closed ports (WE-15)."""

import time
import uuid
from datetime import datetime

import httpx2
import pytest

from scripts.measure.docker_stack import SECRETS
from scripts.tests.compose.stack import Stack, Visitor

RUNNING = ("proxy", "db", "backend", "worker", "frontend")


def test_mail_links_to_the_dashboard(api: Visitor, mailbox: httpx2.Client) -> None:
    assert api.post("/api/v1/password-recovery/admin@example.com").status_code == 200
    for _ in range(150):
        # Other users get welcome mails.
        everything = mailbox.get("/api/v1/messages").json()["messages"]
        messages = [mail for mail in everything if mail["To"][0]["Address"] == "admin@example.com"]
        if messages:
            break
        time.sleep(0.2)
    else:
        raise AssertionError("no mail came within 30 s")
    message = mailbox.get(f"/api/v1/message/{messages[0]['ID']}").json()
    assert "https://dashboard.example.test/reset-password" in message["HTML"]


def test_log_has_the_real_client_address(production: Stack, dashboard: Visitor) -> None:
    claims = {"X-Forwarded-For": "6.6.6.6", "X-Real-Ip": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    request_id = uuid.uuid4().hex
    dashboard.get("/api/v1/utils/health-check/", headers={**claims, "X-Correlation-ID": request_id})
    [line] = [line for line in production.log("backend") if line.get("request_id") == request_id]
    # Docker gives connections from this machine the address of the network's gateway.
    [network] = production.inspect("proxy")["NetworkSettings"]["Networks"].values()
    assert line["client"] == network["Gateway"]


def test_only_the_proxy_publishes_ports(production: Stack) -> None:
    published = {
        service: sorted(port for port, at in production.inspect(service)["NetworkSettings"]["Ports"].items() if at)
        for service in RUNNING
    }
    assert published == {"proxy": ["443/tcp", "80/tcp"], "db": [], "backend": [], "worker": [], "frontend": []}


def test_database_network_is_isolated_from_the_proxy(production: Stack) -> None:
    networks = {name: set(production.inspect(name)["NetworkSettings"]["Networks"]) for name in RUNNING}
    database = f"{production.name}_database"
    assert networks["db"] == {database}
    assert [name for name in RUNNING if database in networks[name]] == ["db", "backend", "worker"]
    assert production.run("network", "inspect", "--format", "{{.Internal}}", database).stdout.strip() == "true"


def test_server_has_no_database_console(production: Stack) -> None:
    assert "adminer" not in production.compose("ps", "--all", "--services").stdout.split()


def test_prestart_succeeds_before_the_api_starts(production: Stack) -> None:
    prestart, backend = (production.inspect(name)["State"] for name in ("prestart", "backend"))
    assert (prestart["Status"], prestart["ExitCode"]) == ("exited", 0)
    ended, started = (datetime.fromisoformat(at[:26]) for at in (prestart["FinishedAt"], backend["StartedAt"]))
    assert ended <= started


@pytest.mark.parametrize("service", RUNNING)
def test_running_container_is_restricted(production: Stack, service: str) -> None:
    container = production.inspect(service)
    host = container["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Memory"] > 0
    assert host["PidsLimit"] == 512
    assert not host["Privileged"]


@pytest.mark.parametrize(("service", "user"), [("backend", "10001"), ("worker", "10001"), ("frontend", "101")])
def test_processes_run_without_privileges(production: Stack, service: str, user: str) -> None:
    assert production.compose("exec", "-T", service, "id", "-u").stdout.strip() == user
    assert production.compose("exec", "-T", service, "touch", "/etc/written", status=None).returncode != 0


def test_op04_api_role_is_neither_superuser_nor_owner(production: Stack) -> None:
    statement = (
        "SELECT DISTINCT usename, rolsuper FROM pg_stat_activity JOIN pg_roles ON rolname = usename "
        "WHERE application_name <> 'psql' AND backend_type = 'client backend' AND datname = current_database()"
    )
    psql = f'psql --no-align --tuples-only --username=$POSTGRES_USER --command="{statement}" $POSTGRES_DB'
    assert production.compose("exec", "-T", "db", "sh", "-c", psql).stdout.split() == ["api|f"]
    secrets = production.compose("exec", "-T", "backend", "ls", "/run/secrets").stdout.split()
    assert "SECRET_KEY" in secrets
    assert "POSTGRES_PASSWORD" not in secrets


def test_api_has_one_process_per_core(production: Stack) -> None:
    cores = production.compose("exec", "-T", "backend", "nproc").stdout.strip()
    given = production.compose("exec", "-T", "backend", "sh", "-c", "tr '\\0' '\\n' < /proc/1/environ").stdout
    assert f"WEB_CONCURRENCY={cores}\n" in given


def test_no_secret_is_visible(production: Stack, api: Visitor) -> None:
    """The fixture `api` has signed in with one of the secrets."""
    containers = production.compose("ps", "--all", "--quiet").stdout.split()
    shown = {
        "inspect": production.run("inspect", *containers).stdout,
        "logs": production.compose("logs", "--no-color").stdout,
        "images": "".join(
            production.run("image", command, *options, f"{production.name}-{image}").stdout
            for image in ("backend", "frontend")
            for command, options in (("inspect", ()), ("history", ("--no-trunc",)))
        ),
        "environment": production.compose("exec", "-T", "backend", "env").stdout,
        "processes": "".join(production.run("top", container, status=None).stdout for container in containers),
    }
    assert "SECRET_KEY" in shown["inspect"], "the mounts' names show that the test reads the right output"
    token = api.headers["Authorization"].removeprefix("Bearer ")
    for name, value in (*((name, production.secrets[name]) for name in SECRETS), ("token", token)):
        assert [place for place, text in shown.items() if value in text] == [], name
