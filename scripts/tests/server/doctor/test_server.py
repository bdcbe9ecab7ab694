"""Checks of the server's settings, secret files and containers."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scripts.server.compose import ROOT
from scripts.server.doctor import __main__ as doctor
from scripts.server.doctor.docker import SERVICES, check_shell, judge_containers, judge_versions, version
from scripts.server.doctor.findings import Finding
from scripts.server.doctor.machine import GIB, check_clock, judge_clock, judge_disk
from scripts.server.doctor.secrets import MAY_BE_EMPTY, check_secrets
from scripts.server.doctor.settings import (
    SECRETS,
    check_settings,
    known_names,
    read_settings,
    replaced_by_compose,
)
from tests.doctor.situations import setups

GOOD: dict[str, Any] = {
    "server_env": {
        "STACK_NAME": "acme-production",
        "DOMAIN": "acme.example",
        "FIRST_SUPERUSER": "ada@acme.example",
        "SMTP_HOST": "smtp.acme.example",
        "WEB_CONCURRENCY": "4",
        "DEPLOY_ENVIRONMENT": "production",
    },
    "secrets": {},
    "shell": {"COMPOSE_FILE": "docker-compose.yml", "COMPOSE_ENV_FILES": ".env,.local/server.env"},
    "versions": {"docker": "28.3.1", "compose": "2.39.4", "traefik": "Version:      3.7.1\nCodename: x"},
    "containers": [
        {"Service": name, "State": "exited" if name == "prestart" else "running", "Health": "", "ExitCode": 0}
        for name in SERVICES
    ],
}


def make_secrets(folder: Path, states: Mapping[str, str]) -> None:
    for name in SECRETS:
        file, state = folder / name, states.get(name, "")
        if state != "missing":
            file.write_text("" if state == "empty" or (not state and name in MAY_BE_EMPTY) else "x" * 64)
            file.chmod(0o644 if state == "open" else 0o600)


def examine(setup: Mapping[str, Any], folder: Path) -> list[Finding]:
    parts = {name: {**GOOD[name], **setup.get(name, {})} for name in GOOD if name != "containers"}
    # Written as people write it: with quotes and comments.
    lines = [f'{name}="{value}"  # why' for name, value in parts["server_env"].items()]
    (folder / "server.env").write_text("\n".join(["# a comment", *lines]))
    (folder / "secrets").mkdir()
    make_secrets(folder / "secrets", parts["secrets"])
    owner = os.getuid() + ("not owned" in parts["secrets"].values())
    return [
        *check_settings(
            read_settings(folder / "server.env"), known_names(ROOT), replaced_by_compose(folder / "server.env")
        ),
        *check_secrets(folder / "secrets", api_user=owner),
        *check_shell(parts["shell"]),
        *judge_versions(*(version(parts["versions"][name]) for name in ("docker", "compose", "traefik"))),
        *judge_containers(setup.get("containers", GOOD["containers"])),
    ]


@pytest.mark.parametrize("setup", setups(__file__))
def test_broken_setup_is_reported(setup: dict[str, Any], tmp_path: Path) -> None:
    findings = examine(setup, tmp_path)
    assert {(finding.code, finding.state) for finding in findings} >= set(setup["expect"].items())
    problems = {finding.code for finding in findings if finding.state in ("failed", "warning")}
    assert problems == set(setup["expect"])
    for finding in findings:
        assert (finding.fix == "") == (finding.state == "ok"), finding
        assert "k7Yw2mQx9v" not in f"{finding}"


def test_dollar_that_compose_keeps_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "server.env"
    file.write_text("A='a$b'\nB=a$$b\nC=5$\nD=a$b\nE=\"${X}\"\n")
    assert replaced_by_compose(file) == ["D", "E"]


def test_good_setup_has_no_problem(tmp_path: Path) -> None:
    assert {finding.state for finding in examine({}, tmp_path)} == {"ok"}


def test_stopped_traefik_is_skipped() -> None:
    found = {finding.code: finding.state for finding in judge_versions((29,), (2, 39), ())}
    assert found == {"docker-version": "ok", "compose-version": "ok", "traefik-version": "skipped"}


def test_port_published_on_localhost_is_allowed() -> None:
    local = {"Service": "db", "State": "running", "Publishers": [{"URL": "127.0.0.1", "PublishedPort": 5432}]}
    others = [container for container in GOOD["containers"] if container["Service"] != "db"]
    assert {finding.state for finding in judge_containers([*others, local])} == {"ok"}


@pytest.mark.parametrize(("free", "state"), [(6 * GIB, "ok"), (4 * GIB, "warning"), (GIB // 2, "failed")])
def test_free_space_decides_the_state(free: int, state: str) -> None:
    assert judge_disk(free, Path("/")).state == state


@pytest.mark.parametrize(("returned", "state"), [(0, "ok"), (5, "warning"), (-1, "skipped")])
def test_kernel_clock_status_decides_the_state(returned: int, state: str) -> None:
    assert judge_clock(returned).state == state


def test_kernel_clock_can_be_read() -> None:
    assert check_clock().state in ("ok", "warning", "skipped")


def test_failing_check_does_not_hide_others() -> None:
    def broken() -> list[Finding]:
        raise RuntimeError("no such thing")

    findings = doctor.run({"broken": broken, "clock": lambda: [judge_clock(0)]})
    assert [(finding.code, finding.state) for finding in findings] == [("broken", "failed"), ("time-sync", "ok")]
    assert "no such thing" in findings[0].detail


def test_findings_show_fixes_and_the_worst_first(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [judge_disk(6 * GIB, Path("/")), judge_clock(5), judge_disk(0, Path("/data"))]
    doctor.show(findings, everything=True)
    shown = capsys.readouterr().out
    assert shown.index("failed   disk") < shown.index("warning  time-sync") < shown.index("ok       disk")
    assert "-> sudo timedatectl set-ntp true" in shown
    assert shown.rstrip().endswith("1 failed, 1 warning, 1 ok")
    doctor.show(findings, everything=False)
    assert "ok       disk" not in capsys.readouterr().out
