"""Replaces the containers of a service by new ones, start first: the old ones serve until the new ones do.

Compose itself stops the old container before it starts the new one.
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
# Traefik asks a container every second whether it is ready, from the moment it knows it.
PROXY_SECONDS = 30.0
# Beyond any `stop_grace_period`, after which Docker kills.
STOP_SECONDS = 120.0
LOG_LINES = 30


def replace(service: str, tag: str, steps: Steps, *, ready_seconds: float) -> None:
    """Run `service` from the images with `tag`. Raises `OpsError`, and then the old containers go on serving."""
    definition = configuration(tag)["services"][service]
    old, new = containers(service), list[str]()
    before = proxy_connections(definition)
    are_routes_changed = has_other_routes(service, definition)
    try:
        with steps.step(f"start new {service}"):
            new = start_beside(service, tag, replicas(definition), old)
        with steps.step(f"wait until {service} is ready"):
            wait_until(new, is_ready, ready_seconds, "is not ready")
        if not are_routes_changed:
            with steps.step(f"wait for the proxy to ask {service}"):
                # Those from before do not count: a new container can have the address of an old one.
                wait_until(
                    new,
                    lambda each: address(each, definition) in dict(proxy_connections(definition) - before).values(),
                    PROXY_SECONDS,
                    "is not asked by the proxy (`docker compose logs proxy`)",
                )
    except BaseException:
        if started := {*new, *containers(service, "--all")} - {*old}:
            remove(sorted(started))
        raise
    if old:
        with steps.step(f"drain old {service}"):
            remove(old)


def configuration(tag: str) -> dict[str, Any]:
    """What docker-compose.yml says, with all variables filled in."""
    return dict(json.loads(compose("config", "--format=json", env={"TAG": tag})))


def has_other_routes(service: str, definition: dict[str, Any]) -> bool:
    """Whether a running container has: the proxy serves no route that two containers define differently."""
    return any(
        routes(inspect(each)["Config"]["Labels"]) != routes(definition["labels"]) for each in containers(service)
    )


def routes(labels: dict[str, str]) -> dict[str, str]:
    """The labels that the proxy reads."""
    return {name: value for name, value in labels.items() if name.startswith("traefik.")}


def containers(service: str, *options: str) -> list[str]:
    """Ids of the service's running containers; with `--all`, of the others, too."""
    return compose("ps", "--quiet", "--no-trunc", *options, service).split()


def start_beside(service: str, tag: str, count: int, old: Sequence[str]) -> list[str]:
    """Start `count` containers. Returns their ids, also of those that have ended already."""
    compose("rm", "--force", service)  # what has ended would count, and be started again
    options = ["--detach", "--no-deps", "--no-recreate", "--no-build", "--pull=never"]
    compose("up", *options, f"--scale={service}={len(old) + count}", service, seconds=START_SECONDS, env={"TAG": tag})
    new = [each for each in containers(service, "--all") if each not in old]
    if len(new) != count:
        raise OpsError(f"Compose started {len(new)} containers of {service} instead of {count}. Deploy again.")
    return new


def replicas(definition: dict[str, Any]) -> int:
    return int(definition.get("scale") or definition.get("deploy", {}).get("replicas") or 1)


def wait_until(ids: Sequence[str], is_done: Callable[[str], bool], seconds: float, otherwise: str) -> None:
    """Raises `OpsError` with the end of the log of the first container that is not done in time."""
    deadline = time.monotonic() + seconds
    for each in ids:
        while not is_done(each):
            if time.monotonic() > deadline:
                raise OpsError(f"{describe(each)} {otherwise} within {seconds:.0f} s.\n{end_of_log(each)}")
            time.sleep(POLL_SECONDS)


def is_ready(container: str) -> bool:
    """By its health check. Raises `OpsError` when it has ended, or is known to be unhealthy."""
    found = inspect(container)
    health = found["State"].get("Health", {}).get("Status", "healthy")
    if found["State"]["Status"] != "running" or found["RestartCount"] or health == "unhealthy":
        raise OpsError(f"{describe(container)} does not become ready.\n{end_of_log(container)}")
    return bool(health == "healthy")


def proxy_connections(definition: dict[str, Any]) -> set[tuple[str, str]]:
    """The connections of the proxy that are open or were lately, from and to where, as Linux writes addresses."""
    filters = [f"--filter=network={_network(definition)}", "--filter=label=com.docker.compose.service=proxy"]
    proxies = docker("ps", "--quiet", *filters).split()
    lines = [line for each in proxies for line in docker("exec", each, "cat", "/proc/net/tcp").splitlines()]
    return {(fields[1], fields[2]) for fields in map(str.split, lines)}


def address(container: str, definition: dict[str, Any]) -> str:
    """Where the proxy reaches the container, as Linux writes it: HEX:PORT, bytes in the machine's order."""
    ip = inspect(container)["NetworkSettings"]["Networks"][_network(definition)]["IPAddress"]
    [port] = [
        value for name, value in routes(definition["labels"]).items() if name.endswith(".loadbalancer.server.port")
    ]
    return f"{int.from_bytes(socket.inet_aton(ip), sys.byteorder):08X}:{int(port):04X}"


def _network(definition: dict[str, Any]) -> str:
    return str(definition["labels"]["traefik.docker.network"])


def remove(ids: Sequence[str]) -> None:
    """End containers as gently as they ask for, and remove them."""
    docker("stop", *ids, seconds=STOP_SECONDS)
    docker("rm", "--force", *ids)


def inspect(container: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(docker("inspect", container))
    return found[0]


def describe(container: str) -> str:
    found = inspect(container)
    return f"{found['Name'].lstrip('/')} ({found['Config']['Image']})"


def end_of_log(container: str) -> str:
    """What it wrote last, and what its health check answered last."""
    log = docker("logs", f"--tail={LOG_LINES}", container, stderr=subprocess.STDOUT)
    checks = inspect(container)["State"].get("Health", {}).get("Log", [])
    answer = f"\n--- its health check\n{checks[-1]['Output'].strip()}" if checks else ""
    return f"--- the end of its log\n{log.strip()}{answer}"
