"""Check Docker, Compose, Traefik and the containers."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.server.compose import SERVER_FILE, OpsError, compose, docker
from scripts.server.doctor.findings import Finding, failed, ok, skipped, warning

SERVICES = ("proxy", "db", "prestart", "backend", "frontend")
LEAST_DOCKER, LEAST_COMPOSE, LEAST_TRAEFIK = (25,), (2, 24, 4), (3, 7)
# Docker 29 refuses the API version that earlier releases of Traefik request.
DOCKER_NEW_API, TRAEFIK_NEW_API = (29,), (3, 6, 1)
SECONDS = 20

Version = tuple[int, ...]


def version(text: str) -> Version:
    """Return the first version in a text; empty if there is none."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else ()


def check_docker() -> tuple[list[Finding], bool]:
    """Return the findings, and whether Docker responds at all."""
    try:
        engine = docker("version", "--format={{.Server.Version}}", seconds=SECONDS)
        plugin = compose("version", "--short", seconds=SECONDS)
    except OpsError as error:
        fix = "Install Docker Engine with Compose, start it (sudo systemctl start docker), and run this with sudo."
        return [failed("docker", "Docker does not respond", first_line(error), fix)], False
    try:
        traefik = compose("exec", "-T", "proxy", "traefik", "version", seconds=SECONDS)
    except OpsError:
        traefik = ""  # it is not running; check_containers says so
    return list(judge_versions(version(engine), version(plugin), version(traefik))), True


def judge_versions(engine: Version, plugin: Version, traefik: Version) -> Iterator[Finding]:
    shown = {"Docker": (engine, LEAST_DOCKER), "Compose": (plugin, LEAST_COMPOSE), "Traefik": (traefik, LEAST_TRAEFIK)}
    for name, (found, least) in shown.items():
        code, number = f"{name.lower()}-version", ".".join(map(str, found))
        if not found:
            yield skipped(code, name, "Version unknown: it is not running.")
        elif found < least:
            detail = f"{name} is {number}. It must be {'.'.join(map(str, least))} or newer."
            fix = "docker compose pull proxy && docker compose up --detach proxy" if name == "Traefik" else ""
            yield failed(code, f"{name} is too old", detail, fix or "Upgrade it from Docker's own package repository.")
        else:
            yield ok(code, name, f"Version {number}.")
    if engine >= DOCKER_NEW_API and traefik and traefik < TRAEFIK_NEW_API:
        detail = "Docker 29 refuses the API version that this Traefik requests: every address returns 404."
        fix = "docker compose pull proxy && docker compose up --detach proxy"
        yield failed("traefik-docker-api", "Traefik cannot read its routes", detail, fix)


def check_containers() -> list[Finding]:
    try:
        lines = compose("ps", "--all", "--format=json", seconds=SECONDS).splitlines()
    except OpsError as error:
        fix = "Run docker compose config --quiet to see what is wrong in the files and settings."
        return [failed("compose", "Compose cannot read this stack", first_line(error), fix)]
    return list(judge_containers([json.loads(line) for line in lines if line.strip()]))


def judge_containers(containers: list[dict[str, Any]]) -> Iterator[Finding]:
    """`containers` is the output of `docker compose ps --format=json`."""
    if not containers:
        fix = "Start it with ./scripts/deploy, or docker compose up --build --detach --wait. Check STACK_NAME too."
        yield failed("containers", "The stack is not running", "Compose has no container of this stack.", fix)
        return
    wrong = [problem for name in SERVICES if (problem := _problem(name, containers))]
    if wrong:
        name = wrong[0].split()[0]
        yield failed(
            "containers", "Some containers are not healthy", "; ".join(wrong) + ".", f"docker compose logs {name}"
        )
    else:
        yield ok("containers", "Containers", f"{', '.join(SERVICES)} are healthy.")
    yield from _exposed(containers)


def _problem(service: str, containers: list[dict[str, Any]]) -> str:
    """Describe the problem of a service, starting with its name; empty if there is none."""
    own = [container for container in containers if container["Service"] == service]
    if not own:
        return f"{service} is missing"
    for container in own:
        state, health, status = container["State"], container.get("Health", ""), container.get("ExitCode", 0)
        is_done = service == "prestart" and state == "exited" and status == 0
        if not is_done and (state != "running" or health not in ("", "healthy", "starting")):
            return f"{service} is {health if state == 'running' else state} (status {status})"
    return ""


def _exposed(containers: list[dict[str, Any]]) -> Iterator[Finding]:
    if any("docker-compose.override.yml" in str(one.get("Labels", "")) for one in containers) and is_server():
        detail = "The containers were created with docker-compose.override.yml: local development, open to anyone."
        fix = "export COMPOSE_FILE=docker-compose.yml COMPOSE_ENV_FILES=.env,.local/server.env, then "
        fix += "docker compose up --detach --wait --remove-orphans"
        yield failed("compose-override", "Development files on a server", detail, fix)
    for container in containers:
        published = [port for port in container.get("Publishers") or [] if port.get("PublishedPort")]
        ports = [port for port in published if not _is_local(port)]
        if ports and container["Service"] != "proxy":
            service = container["Service"]
            detail = f"Port {ports[0]['PublishedPort']} of this server reaches {service} directly, past the proxy."
            fix = "Remove `ports` from that service, then run docker compose up --detach."
            yield failed("published", "More than the proxy is published", detail, fix)


def _is_local(port: Mapping[str, Any]) -> bool:
    return str(port.get("URL", "")).startswith(("127.", "::1", "[::1]"))


def check_shell(environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Check whether `docker compose` in this shell would use the server's files."""
    files = environ.get("COMPOSE_FILE", "")
    if files and "docker-compose.override.yml" not in files and "server.env" in environ.get("COMPOSE_ENV_FILES", ""):
        return [ok("compose-file", "Compose files", f"COMPOSE_FILE is {files}.")]
    detail = "COMPOSE_FILE and COMPOSE_ENV_FILES do not name the server's files in this shell: a manual docker compose "
    detail += "would start the development stack."
    fix = "export COMPOSE_FILE=docker-compose.yml COMPOSE_ENV_FILES=.env,.local/server.env, also in the shell profile."
    return [warning("compose-file", "docker compose would use the development files", detail, fix)]


def is_server() -> bool:
    return SERVER_FILE.exists()


def first_line(error: OpsError) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])
