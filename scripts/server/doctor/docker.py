"""Docker, Compose, Traefik, and how the containers are."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.server.compose import SERVER_FILE, OpsError, compose, docker
from scripts.server.doctor.findings import Finding, failed, ok, skipped, warning

SERVICES = ("proxy", "db", "prestart", "backend", "frontend")
LEAST_DOCKER, LEAST_COMPOSE, LEAST_TRAEFIK = (25,), (2, 24, 4), (3, 7)
# Docker 29 refuses the version of its API that earlier Traefiks ask for.
DOCKER_NEW_API, TRAEFIK_NEW_API = (29,), (3, 6, 1)
SECONDS = 20

Version = tuple[int, ...]


def version(text: str) -> Version:
    """The first version in a text; empty when there is none."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups() if part is not None) if found else ()


def check_docker() -> tuple[list[Finding], bool]:
    """Findings, and whether Docker can be asked for more."""
    try:
        engine = docker("version", "--format={{.Server.Version}}", seconds=SECONDS)
        plugin = compose("version", "--short", seconds=SECONDS)
    except OpsError as error:
        fix = "Install Docker Engine with Compose, start it (sudo systemctl start docker), and run this as a user who "
        return [failed("docker", "Docker does not answer", first_line(error), fix + "may use it: sudo.")], False
    try:
        traefik = compose("exec", "-T", "proxy", "traefik", "version", seconds=SECONDS)
    except OpsError:
        traefik = ""  # that it does not run is told by the containers
    return list(judge_versions(version(engine), version(plugin), version(traefik))), True


def judge_versions(engine: Version, plugin: Version, traefik: Version) -> Iterator[Finding]:
    shown = {"Docker": (engine, LEAST_DOCKER), "Compose": (plugin, LEAST_COMPOSE), "Traefik": (traefik, LEAST_TRAEFIK)}
    for name, (found, least) in shown.items():
        code, number = f"{name.lower()}-version", ".".join(map(str, found))
        if not found:
            yield skipped(code, name, "Not known: it does not run.")
        elif found < least:
            detail = f"{name} is {number}; it has to be {'.'.join(map(str, least))} or newer."
            fix = "docker compose pull proxy && docker compose up --detach proxy" if name == "Traefik" else ""
            yield failed(code, f"{name} is too old", detail, fix or "Upgrade it from Docker's own package sources.")
        else:
            yield ok(code, name, f"Version {number}.")
    if engine >= DOCKER_NEW_API and traefik and traefik < TRAEFIK_NEW_API:
        detail = "This Traefik asks Docker for a version of its API that Docker 29 refuses: every address is 404."
        fix = "docker compose pull proxy && docker compose up --detach proxy"
        yield failed("traefik-docker-api", "Traefik cannot read its routes", detail, fix)


def check_containers() -> list[Finding]:
    try:
        lines = compose("ps", "--all", "--format=json", seconds=SECONDS).splitlines()
    except OpsError as error:
        fix = "docker compose config --quiet names what is wrong in the files and settings."
        return [failed("compose", "Compose cannot read this stack", first_line(error), fix)]
    return list(judge_containers([json.loads(line) for line in lines if line.strip()]))


def judge_containers(containers: list[dict[str, Any]]) -> Iterator[Finding]:
    """`containers` as `docker compose ps --format=json` has them."""
    if not containers:
        fix = "./scripts/deploy (or docker compose up --build --detach --wait) starts it. See also STACK_NAME."
        yield failed("containers", "The stack does not run", "Compose has no container of this stack.", fix)
        return
    wrong = [problem for name in SERVICES if (problem := _problem(name, containers))]
    if wrong:
        name = wrong[0].split()[0]
        yield failed("containers", "Containers are not well", "; ".join(wrong) + ".", f"docker compose logs {name}")
    else:
        yield ok("containers", "Containers", f"{', '.join(SERVICES)} are as they should be.")
    yield from _exposed(containers)


def _problem(service: str, containers: list[dict[str, Any]]) -> str:
    """What is wrong with a service, starting with its name; empty when nothing is."""
    own = [each for each in containers if each["Service"] == service]
    if not own:
        return f"{service} is missing"
    for each in own:
        state, health, status = each["State"], each.get("Health", ""), each.get("ExitCode", 0)
        is_done = service == "prestart" and state == "exited" and status == 0
        if not is_done and (state != "running" or health not in ("", "healthy", "starting")):
            return f"{service} is {health if state == 'running' else state} (status {status})"
    return ""


def _exposed(containers: list[dict[str, Any]]) -> Iterator[Finding]:
    if any("docker-compose.override.yml" in str(each.get("Labels", "")) for each in containers) and is_server():
        detail = "The containers were made with docker-compose.override.yml: local development, open to everybody."
        fix = "export COMPOSE_FILE=docker-compose.yml COMPOSE_ENV_FILES=.env,.local/server.env, then "
        fix += "docker compose up --detach --wait --remove-orphans"
        yield failed("compose-override", "The laptop's files on a server", detail, fix)
    for each in containers:
        ports = [port for port in each.get("Publishers") or [] if port.get("PublishedPort") and not _is_local(port)]
        if ports and each["Service"] != "proxy":
            detail = f"Port {ports[0]['PublishedPort']} of this server leads to {each['Service']}, past the proxy."
            fix = "Take `ports` out of that service, and docker compose up --detach."
            yield failed("published", "More than the proxy is published", detail, fix)


def _is_local(port: Mapping[str, Any]) -> bool:
    return str(port.get("URL", "")).startswith(("127.", "::1", "[::1]"))


def check_shell(environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Whether `docker compose`, typed by hand here, would mean the server's files."""
    files = environ.get("COMPOSE_FILE", "")
    if files and "docker-compose.override.yml" not in files and "server.env" in environ.get("COMPOSE_ENV_FILES", ""):
        return [ok("compose-file", "Compose files", f"COMPOSE_FILE is {files}.")]
    detail = (
        "COMPOSE_FILE and COMPOSE_ENV_FILES do not name the server's files in this shell: docker compose, typed by "
    )
    detail += "hand, would start the laptop's stack with the laptop's settings."
    fix = "export COMPOSE_FILE=docker-compose.yml COMPOSE_ENV_FILES=.env,.local/server.env, in the shell profile, too."
    return [warning("compose-file", "docker compose would use the laptop's files", detail, fix)]


def is_server() -> bool:
    return SERVER_FILE.exists()


def first_line(error: OpsError) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])
