"""The Dockerfiles: users, stages and flags (OP-05)."""

import os
import re
import subprocess

import pytest

from scripts.tests.deploy.files import ROOT, final_stage, load_yaml, read, seconds

DOCKERFILES = ("backend/Dockerfile", "frontend/Dockerfile")
ALL_DOCKERFILES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("*/*Dockerfile"))
# What a build stage writes itself has the modes of the image.
COPIED_LATER = {"backend": "chmod -R u=rwX,go=rX alembic.ini app", "frontend": "chmod -R u=rwX,go=rX dist"}


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_image_runs_as_a_numeric_user_not_root(dockerfile: str) -> None:
    users = re.findall(r"^USER (\d+):(\d+)$", final_stage(dockerfile), re.MULTILINE)
    assert users
    assert all(int(number) > 0 for number in users[-1])


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_image_runs_no_command_in_its_last_stage(dockerfile: str) -> None:
    assert read(dockerfile).count("\nFROM ") >= 1
    assert "\nRUN " not in final_stage(dockerfile)
    assert "# syntax=" not in read(dockerfile)


@pytest.mark.parametrize("dockerfile", ALL_DOCKERFILES)
def test_builders_file_modes_do_not_count(dockerfile: str) -> None:
    """After a clone under `umask 077`, the user of the image must still be able to read the code."""
    copied = re.findall(r"^COPY (.*)$", final_stage(dockerfile), re.MULTILINE)
    assert [line for line in copied if not line.startswith(("--from=", "--chmod=7", "--chmod=6"))] == []
    build = read(dockerfile).removesuffix(final_stage(dockerfile))
    assert COPIED_LATER[dockerfile.partition("/")[0]] in build[build.rindex("\nCOPY ") :].replace("\nCOPY", "")
    assert not re.findall(r"^ADD ", read(dockerfile), re.MULTILINE)


def test_backend_image_has_no_tests_or_tools() -> None:
    admitted = {line for line in read("backend/.dockerignore").splitlines() if line.startswith("!")}
    assert admitted == {"!app", "!alembic.ini", "!docker-entrypoint.sh", "!pyproject.toml", "!uv.lock"}
    assert "uv sync --locked --no-default-groups" in read("backend/Dockerfile")


def test_releases_share_the_layer_of_packages() -> None:
    """A release that changes only code then adds 2 MB instead of 200."""
    copied = re.findall(r"^COPY --from=build (/app\S*) ", final_stage("backend/Dockerfile"), re.MULTILINE)
    assert copied == ["/app/.venv", "/app/alembic.ini", "/app/app"]


def test_api_has_one_process_per_core_by_default() -> None:
    def processes(**given: str) -> str:
        script = ["sh", str(ROOT / "backend" / "docker-entrypoint.sh"), "printenv", "WEB_CONCURRENCY"]
        env = {"PATH": os.environ["PATH"], **given}
        return subprocess.run(script, env=env, capture_output=True, text=True, check=True).stdout.strip()

    assert processes() == processes(WEB_CONCURRENCY="") == str(len(os.sched_getaffinity(0)))
    assert processes(WEB_CONCURRENCY="7") == "7"
    assert load_yaml("docker-compose.yml")["services"]["backend"]["environment"]["WEB_CONCURRENCY"] == (
        "${WEB_CONCURRENCY:-}"
    )


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_image_has_labels_and_a_component_list(dockerfile: str) -> None:
    stage = final_stage(dockerfile)
    assert "COPY --from=build /sbom.cdx.json /" in stage
    for name in ("title", "version", "revision"):
        assert f"org.opencontainers.image.{name}=" in stage
    assert load_yaml("docker-compose.yml")["x-build"] == {
        "VERSION": "${TAG:-latest}",
        "COMMIT": "${COMMIT:-unknown}",
    }


def test_server_has_safe_flags() -> None:
    flags = final_stage("backend/Dockerfile")
    for flag in ("--no-proxy-headers", "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown"):
        assert f'"{flag}"' in flags
    assert '"--http", "app.core.http.server:LimitedProtocol"' in flags


def test_api_trusts_its_proxy_only() -> None:
    environment = load_yaml("docker-compose.yml")["services"]["backend"]["environment"]
    assert environment["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-1}"


def test_slowly_starting_worker_is_not_killed() -> None:
    """With uvicorn's 5 s, a busy server killed each worker during its start, again and again."""
    assert seconds(r'"--timeout-worker-healthcheck", "(\d+)"', final_stage("backend/Dockerfile")) >= 20


def test_proxy_closes_idle_connections_first() -> None:
    compose = read("docker-compose.yml")
    idle = seconds(r"forwardingtimeouts\.idleconntimeout=(\d+)s", compose)
    assert idle < seconds(r'"--timeout-keep-alive", "(\d+)"', read("backend/Dockerfile"))
    assert idle < seconds(r"keepalive_timeout (\d+)s", read("frontend/nginx.conf"))


def test_compose_waits_for_the_graceful_shutdown() -> None:
    backend = load_yaml("docker-compose.yml")["services"]["backend"]
    drain = int(backend["environment"]["DRAIN_SECONDS"])
    shutdown = seconds(r'"--timeout-graceful-shutdown", "(\d+)"', read("backend/Dockerfile"))
    assert int(backend["stop_grace_period"].removesuffix("s")) > drain + shutdown


@pytest.mark.parametrize(
    ("given", "status"), [("4", 0), ("12", 0), ("", 0), ("0", 1), ("-1", 1), ("abc", 1), ("2.5", 1), ("4 ", 1)]
)
def test_number_of_processes_is_checked(given: str, status: int) -> None:
    command = ["sh", str(ROOT / "backend" / "docker-entrypoint.sh"), "true"]
    environment = {"PATH": os.environ["PATH"], "WEB_CONCURRENCY": given}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert ("WEB_CONCURRENCY" in done.stderr) == (status != 0)
