"""Replaces the containers of a service by new ones, start first: the old ones serve until the new ones do.

Compose itself stops the old container before it starts the new one.
"""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from ops.compose import OpsError, compose, docker
from ops.steps import Steps

POLL_SECONDS = 0.3
START_SECONDS = 60.0
# Traefik asks a container every second whether it is ready, from the moment it knows it.
PROXY_SECONDS = 30.0
# Beyond any `stop_grace_period`, after which Docker kills.
STOP_SECONDS = 120.0
LOG_LINES = 30


def replace(service: str, tag: str, steps: Steps, *, ready_seconds: float) -> None:
    """Run `service` from the images with `tag`. Raises `OpsError`, and then the old containers go on serving."""
    old = containers(service)
    new: list[str] = []
    try:
        with steps.step(f"start new {service}"):
            new = start_beside(service, tag, old)
        with steps.step(f"wait until {service} is ready"):
            wait_until(new, is_ready, ready_seconds, "is not ready")
        with steps.step(f"wait for the proxy to ask {service}"):
            wait_until(new, is_asked_by_proxy, PROXY_SECONDS, "is not asked by the proxy (`docker compose logs proxy`)")
    except BaseException:
        remove(sorted({*new, *containers(service)} - {*old}))
        raise
    if old:
        with steps.step(f"drain old {service}"):
            remove(old)


def containers(service: str) -> list[str]:
    """Ids of the service's running containers."""
    return compose("ps", "--quiet", "--no-trunc", service).split()


def start_beside(service: str, tag: str, old: Sequence[str]) -> list[str]:
    """As many new containers as the service has replicas. Returns their ids."""
    compose("rm", "--force", service)  # what has ended would count, and be started again
    count = len(old) + replicas(service)
    options = ["--detach", "--no-deps", "--no-recreate", "--no-build", "--pull=never", f"--scale={service}={count}"]
    compose("up", *options, service, seconds=START_SECONDS, env={"TAG": tag})
    return [each for each in containers(service) if each not in old]


def replicas(service: str) -> int:
    definition = json.loads(compose("config", "--format=json"))["services"][service]
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


def is_asked_by_proxy(container: str) -> bool:
    """Whether somebody else than the container itself has opened a connection to the port that it serves."""
    labels = inspect(container)["Config"]["Labels"]
    [port] = [value for name, value in labels.items() if name.endswith(".loadbalancer.server.port")]
    connections = docker("exec", container, "cat", "/proc/net/tcp").splitlines()[1:]
    return any(_is_from_outside(connection.split(), int(port)) for connection in connections)


def _is_from_outside(fields: Sequence[str], port: int) -> bool:
    """`fields` are those of /proc/net/tcp: addresses are HEX:PORT, in the order of the machine's bytes."""
    local, remote = fields[1], fields[2].partition(":")[0]
    return int(local.partition(":")[2], 16) == port and remote not in ("00000000", "0100007F")


def remove(ids: Sequence[str]) -> None:
    """End containers as gently as they ask for, and remove them."""
    if ids:
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
