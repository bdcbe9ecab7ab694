"""The Compose files: what each container can do and reach (OP-05, WE-15)."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.core.http import request_guard
from app.core.settings import settings
from scripts.tests.deploy.files import load_yaml, read, tracked_settings

SERVER = load_yaml("docker-compose.yml")
LAPTOP = load_yaml("docker-compose.override.yml")
FILES = ("docker-compose.yml", "docker-compose.override.yml")
SECRETS = {
    "SECRET_KEY",
    "POSTGRES_PASSWORD",
    "FIRST_SUPERUSER_PASSWORD",
    "SMTP_PASSWORD",
    "STORAGE_SECRET_ACCESS_KEY",
}


def labels(service: dict[str, Any]) -> str:
    return "\n".join(service.get("labels", []))


def names_on(network: str) -> set[str]:
    return {name for name, service in SERVER["services"].items() if network in service["networks"]}


def test_server_has_these_services() -> None:
    assert set(SERVER["services"]) == {"proxy", "db", "prestart", "backend", "worker", "frontend", "valkey"}
    assert [name for name, service in SERVER["services"].items() if "profiles" in service] == ["valkey"]


def test_laptop_adds_database_console_and_mailbox() -> None:
    assert set(LAPTOP["services"]) - set(SERVER["services"]) == {"adminer", "mailpit"}


@pytest.mark.parametrize("name", SERVER["services"])
def test_server_container_is_restricted(name: str) -> None:
    service = SERVER["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["pids_limit"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert not {"privileged", "network_mode", "pid"} & set(service)
    assert service.get("user") != "root"


def test_only_two_containers_keep_capabilities() -> None:
    kept = {name: service["cap_add"] for name, service in SERVER["services"].items() if "cap_add" in service}
    assert kept == {"proxy": ["NET_BIND_SERVICE"], "db": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"]}


@pytest.mark.parametrize("name", ["adminer", "mailpit"])
def test_laptop_container_is_restricted(name: str) -> None:
    assert LAPTOP["services"][name]["cap_drop"] == ["ALL"]
    assert LAPTOP["services"][name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(set(SERVER["services"]) - {"prestart"}))
def test_long_running_service_has_a_health_check(name: str) -> None:
    assert SERVER["services"][name]["healthcheck"]["test"]


@pytest.fixture
def responding_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_port
        server.shutdown()


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("name", "port"), [("backend", "8000"), ("frontend", "8080")])
def test_health_checks_ignore_a_proxy(name: str, port: str, responding_port: int) -> None:
    """Docker's own configuration can set one in every container, and it cannot reach the container's ports."""
    kind, *command = SERVER["services"][name]["healthcheck"]["test"]
    assert kind == "CMD"
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]}")
    command = [word.replace(f":{port}/", f":{responding_port}/") for word in command]
    names = ("http_proxy", "https_proxy", "all_proxy")
    proxies = {each: "http://127.0.0.1:9" for name in names for each in (name, name.upper())}
    env = {"PATH": os.environ["PATH"], **proxies}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


def test_requests_to_containers_pass_no_other_proxy() -> None:
    """Traefik's program reads `NO_PROXY`. Its health check requests an address without a host."""
    proxy = SERVER["services"]["proxy"]
    assert proxy["healthcheck"]["test"] == ["CMD", "env", "NO_PROXY=*", "traefik", "healthcheck", "--ping"]
    assert proxy["environment"]["NO_PROXY"] == "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


def test_api_starts_after_the_migrations() -> None:
    waits_for = SERVER["services"]["backend"]["depends_on"]
    assert waits_for["prestart"] == {"condition": "service_completed_successfully"}
    assert SERVER["services"]["prestart"]["depends_on"]["db"] == {"condition": "service_healthy"}
    assert SERVER["services"]["prestart"]["image"] == SERVER["services"]["backend"]["image"]


def test_worker_is_like_the_api_without_routes() -> None:
    backend, worker = SERVER["services"]["backend"], SERVER["services"]["worker"]
    for name in ("image", "environment", "secrets", "volumes", "depends_on", "networks"):
        assert worker[name] == backend[name], name
    assert "labels" not in worker
    assert LAPTOP["services"]["worker"]["environment"] == LAPTOP["services"]["backend"]["environment"]


def test_only_the_proxy_publishes_server_ports() -> None:
    assert {name for name, service in SERVER["services"].items() if "ports" in service} == {"proxy"}


def test_laptop_publishes_ports_on_localhost_only() -> None:
    ports = [port for service in LAPTOP["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    # Without the tag, Compose would add these to the public ports.
    assert "ports: !override" in read("docker-compose.override.yml").split("\n  db:")[0]


def test_only_backend_and_worker_reach_the_database() -> None:
    assert SERVER["networks"]["database"] == {"internal": True}
    assert names_on("database") == {"db", "prestart", "backend", "worker", "valkey"}
    assert names_on("proxy") == {"proxy", "backend", "worker", "frontend"}


def test_only_the_proxy_mounts_dockers_socket() -> None:
    mounts = {name: str(service.get("volumes", "")) for name, service in SERVER["services"].items()}
    assert [name for name, text in mounts.items() if "docker.sock" in text] == ["proxy"]
    assert "docker.sock:ro" in mounts["proxy"]


def test_only_api_and_dashboard_are_routed() -> None:
    routed = {name for name, service in SERVER["services"].items() if "traefik.enable=true" in labels(service)}
    assert routed == {"backend", "frontend"}
    assert "--providers.docker.exposedbydefault=false" in SERVER["services"]["proxy"]["command"]
    assert not any(flag.startswith("--api") for flag in SERVER["services"]["proxy"]["command"])


def test_dashboard_host_serves_the_api_too() -> None:
    paths = "PathPrefix(`/api/`) || Path(`/.well-known/jwks.json`)"
    rule = f"Host(`api.${{DOMAIN}}`) || (Host(`dashboard.${{DOMAIN}}`) && ({paths}))"
    assert f"-api.rule={rule}" in labels(SERVER["services"]["backend"])
    assert "-dashboard.rule=Host(`dashboard.${DOMAIN}`)" in labels(SERVER["services"]["frontend"])


def test_proxy_limits_each_address_separately() -> None:
    """Without a source criterion all clients share the limit: a hundred open tabs would block everyone."""
    limits = re.findall(r"middlewares\.(\S+)\.inflightreq\.amount=(\d+)", read("docker-compose.yml"))
    assert dict(limits) == {
        "${STACK_NAME}-api-limit": "100",
        "${STACK_NAME}-events-limit": "1000",
        "${STACK_NAME}-dashboard-limit": "100",
    }
    for name, _ in limits:
        assert f"middlewares.{name}.inflightreq.sourcecriterion.ipstrategy.depth=0" in read("docker-compose.yml")


def test_proxy_does_not_buffer_streams() -> None:
    backend = labels(SERVER["services"]["backend"])
    hosts = "(Host(`api.${DOMAIN}`) || Host(`dashboard.${DOMAIN}`))"
    assert f"-events.rule={hosts} && Path(`{settings.API_V1_STR}/events`)" in backend
    assert "routers.${STACK_NAME}-events.middlewares=${STACK_NAME}-events-limit" in backend  # not compressed
    assert not any("writetimeout" in flag for flag in SERVER["services"]["proxy"]["command"])


@pytest.mark.parametrize("file", FILES)
def test_route_names_are_unique_per_stack(file: str) -> None:
    names = re.findall(r"traefik\.http\.\w+\.([^.]+)\.", read(file))
    assert names
    assert all(name.startswith("${STACK_NAME}-") for name in names)


def test_server_redirects_http_to_https() -> None:
    flags = SERVER["services"]["proxy"]["command"]
    assert "--entrypoints.web.http.redirections.entrypoint.to=websecure" in flags
    assert "--entrypoints.websecure.http.tls.certresolver=letsencrypt" in flags
    assert SERVER["services"]["backend"]["environment"]["FRONTEND_URL"] == "https://dashboard.${DOMAIN}"


def test_proxy_limits_headers_before_the_api() -> None:
    """The proxy adds headers of its own."""
    [limit] = re.findall(r"websecure\.http\.maxheaderbytes=(\d+)", read("docker-compose.yml"))
    assert int(limit) < request_guard.MAX_HEADER_BYTES


def test_proxy_accepts_every_address_in_a_path() -> None:
    """`ann/sales@example.com` is a valid address."""
    flags = SERVER["services"]["proxy"]["command"]
    for name in ("slash", "percent", "questionmark", "hash"):
        assert f"--entrypoints.websecure.http.encodedcharacters.allowencoded{name}=true" in flags


def test_unhealthy_api_is_503_not_another_route() -> None:
    """The proxy drops an unhealthy container; without its service, the dashboard's route would respond."""
    assert "--providers.docker.allowemptyservices=true" in SERVER["services"]["proxy"]["command"]
    assert "/api/v1/health/ready" in SERVER["services"]["backend"]["healthcheck"]["test"][-1]


def test_database_allows_connections_of_two_releases() -> None:
    [allowed] = re.findall(r"max_connections=(\d+)", read("docker-compose.yml"))
    cores, per_process = 8, 2 * settings.DATABASE_POOL_SIZE + 2
    assert int(allowed) > 2 * cores * per_process


def test_server_defaults_to_production_mode() -> None:
    assert SERVER["services"]["backend"]["environment"]["ENVIRONMENT"] == "${DEPLOY_ENVIRONMENT:-production}"
    assert LAPTOP["services"]["backend"]["environment"]["ENVIRONMENT"] == "local"


def test_uploaded_files_survive_the_container() -> None:
    backend = SERVER["services"]["backend"]
    assert backend["environment"]["STORAGE_URL"] == "${STORAGE_URL:-file:///storage}"
    assert backend["volumes"] == ["storage:/storage"]
    assert "storage" in SERVER["volumes"]
    # The container does not run as root, and a new volume gets the owner of its mount point.
    assert "COPY --from=build --chown=10001:10001 /storage /storage" in read("backend/Dockerfile")


def test_secrets_are_files() -> None:
    folder = "${SECRETS_DIR:-./.local/secrets}"
    assert SERVER["secrets"] == {name: {"file": f"{folder}/{name}"} for name in SECRETS}
    assert set(SERVER["services"]["prestart"]["secrets"]) == SECRETS
    assert set(SERVER["services"]["backend"]["secrets"]) == SECRETS - {"FIRST_SUPERUSER_PASSWORD", "POSTGRES_PASSWORD"}
    assert LAPTOP["services"]["backend"]["secrets"] == ["SECRET_KEY"]
    assert SERVER["services"]["db"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/POSTGRES_PASSWORD"


@pytest.mark.parametrize("file", FILES)
def test_environment_contains_no_secret(file: str) -> None:
    for service in load_yaml(file)["services"].values():
        names = set(service.get("environment", {}))
        assert not names & (SECRETS | {"DATABASE_URL"})
        assert not [name for name in names if "PASSWORD" in name and not name.endswith("_FILE")]


def test_tracked_settings_contain_no_secret() -> None:
    settings = tracked_settings()
    assert [name for name in (*SECRETS, "DATABASE_URL") if settings[name]] == []


@pytest.mark.parametrize("file", FILES)
def test_every_variable_is_explained(file: str) -> None:
    variables = dict(re.findall(r"(?<!\$)\$\{(\w+)(:-)?", read(file)))
    assert variables
    tracked = tracked_settings()
    guide = read("docs/running/settings.md")
    for name, default in variables.items():
        assert name in tracked or (default and f"`{name}`" in guide), name


def test_public_images_are_pinned_to_major_versions() -> None:
    images = {s["image"] for s in (*SERVER["services"].values(), *LAPTOP["services"].values()) if "image" in s}
    public = {image for image in images if "${" not in image}
    assert public == {"traefik:3.7", "postgres:18", "valkey/valkey:9-alpine", "adminer:5", "axllent/mailpit:v1.30"}
