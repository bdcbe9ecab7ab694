"""Replace the containers of a service without a gap: the old ones serve until the new ones are ready.

Compose itself would stop the old container before it starts the new one.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from scripts.server.compose import OpsError, compose, docker
from scripts.server.steps import Steps

POLL_SECONDS = 0.3
START_SECONDS = 60.0
# Traefik checks the health of every container that it knows once a second.
PROXY_SECONDS = 30.0
# Longer than any `stop_grace_period`, after which Docker kills.
STOP_SECONDS = 120.0
LOG_LINES = 30


def replace(service: str, tag: str, steps: Steps, *, ready_seconds: float) -> None:
    """Run `service` from the images with `tag`. Raises `OpsError` on failure; the old containers keep serving."""
    definition = configuration(tag)["services"][service]
    old, new = containers(service), list[str]()
    is_routed = bool(routes(definition.get("labels", {})))
    before = proxy_connections(definition) if is_routed else set()
    is_found_by_proxy = is_routed and not has_other_routes(service, definition)
    try:
        with steps.step(f"start new {service}"):
            new = start_beside(service, tag, replicas(definition), old)
        with steps.step(f"wait until {service} is ready"):
            wait_until(new, is_ready, ready_seconds, "is not ready")
        if is_found_by_proxy:
            with steps.step(f"wait for the proxy to find {service}"):
                # Ignore earlier connections: a new container can reuse the address of an old one.
                wait_until(
                    new,
                    lambda id: address(id, definition) in dict(proxy_connections(definition) - before).values(),
                    PROXY_SECONDS,
                    "gets no request from the proxy (see `docker compose logs proxy`)",
                )
    except BaseException:
        if started := {*new, *containers(service, "--all")} - {*old}:
            remove(sorted(started))
        raise
    if old:
        with steps.step(f"drain old {service}"):
            remove(old)


def configuration(tag: str) -> dict[str, Any]:
    """Return docker-compose.yml with all variables resolved."""
    return dict(json.loads(compose("config", "--format=json", env={"TAG": tag})))


def has_other_routes(service: str, definition: dict[str, Any]) -> bool:
    """Whether a running container has other routes. The proxy drops a route that two containers define differently."""
    return any(routes(inspect(id)["Config"]["Labels"]) != routes(definition["labels"]) for id in containers(service))


def routes(labels: dict[str, str]) -> dict[str, str]:
    """Return the labels that the proxy reads."""
    return {name: value for name, value in labels.items() if name.startswith("traefik.")}


def containers(service: str, *options: str) -> list[str]:
    """Return the ids of the service's running containers; with `--all`, of stopped ones too."""
    return compose("ps", "--quiet", "--no-trunc", *options, service).split()


def start_beside(service: str, tag: str, count: int, old: Sequence[str]) -> list[str]:
    """Start `count` more containers. Returns their ids, including those that have already ended."""
    compose("rm", "--force", service)  # Compose would count ended containers, and restart them
    options = ["--detach", "--no-deps", "--no-recreate", "--no-build", "--pull=never"]
    compose("up", *options, f"--scale={service}={len(old) + count}", service, seconds=START_SECONDS, env={"TAG": tag})
    new = [id for id in containers(service, "--all") if id not in old]
    if len(new) != count:
        raise OpsError(f"Compose started {len(new)} containers of {service} instead of {count}. Deploy again.")
    return new


def replicas(definition: dict[str, Any]) -> int:
    return int(definition.get("scale") or definition.get("deploy", {}).get("replicas") or 1)


def wait_until(ids: Sequence[str], is_done: Callable[[str], bool], seconds: float, otherwise: str) -> None:
    """Wait until `is_done` holds for every container. Raises `OpsError` with the log of the first that is too slow."""
    deadline = time.monotonic() + seconds
    for id in ids:
        while not is_done(id):
            if time.monotonic() > deadline:
                raise OpsError(f"{describe(id)} {otherwise} within {seconds:.0f} s.\n{end_of_log(id)}")
            time.sleep(POLL_SECONDS)


def is_ready(container: str) -> bool:
    """Whether the health check passes. Raises `OpsError` if the container has ended or is unhealthy."""
    found = inspect(container)
    health = found["State"].get("Health", {}).get("Status", "healthy")
    if found["State"]["Status"] != "running" or found["RestartCount"] or health == "unhealthy":
        raise OpsError(f"{describe(container)} does not become ready.\n{end_of_log(container)}")
    return bool(health == "healthy")


def proxy_connections(definition: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the proxy's open and recent connections as (local, remote) addresses in Linux's notation."""
    filters = [f"--filter=network={_network(definition)}", "--filter=label=com.docker.compose.service=proxy"]
    proxies = docker("ps", "--quiet", *filters).split()
    lines = [line for id in proxies for line in docker("exec", id, "cat", "/proc/net/tcp").splitlines()]
    return {(fields[1], fields[2]) for fields in map(str.split, lines)}


def address(container: str, definition: dict[str, Any]) -> str:
    """Return the address where the proxy reaches the container, as Linux writes it: HEX:PORT, native byte order."""
    ip = inspect(container)["NetworkSettings"]["Networks"][_network(definition)]["IPAddress"]
    [port] = [
        value for name, value in routes(definition["labels"]).items() if name.endswith(".loadbalancer.server.port")
    ]
    return f"{int.from_bytes(socket.inet_aton(ip), sys.byteorder):08X}:{int(port):04X}"


def _network(definition: dict[str, Any]) -> str:
    return str(definition["labels"]["traefik.docker.network"])


def remove(ids: Sequence[str]) -> None:
    """Stop containers within their own grace periods, and remove them."""
    docker("stop", *ids, seconds=STOP_SECONDS)
    docker("rm", "--force", *ids)


def inspect(container: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(docker("inspect", container))
    return found[0]


def describe(container: str) -> str:
    found = inspect(container)
    return f"{found['Name'].lstrip('/')} ({found['Config']['Image']})"


def end_of_log(container: str) -> str:
    """Return the last lines of the container's log, and its last health check."""
    log = docker("logs", f"--tail={LOG_LINES}", container, stderr=subprocess.STDOUT)
    checks = inspect(container)["State"].get("Health", {}).get("Log", [])
    check = f"\n--- its last health check\n{checks[-1]['Output'].strip()}" if checks else ""
    return f"--- the end of its log\n{log.strip()}{check}"
