"""`./scripts/doctor`: run all checks concurrently, and show what is wrong and what to do."""

import argparse
import json
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from scripts.server.compose import LOCAL, ROOT, SERVER_FILE, OpsError, docker
from scripts.server.doctor import application, machine
from scripts.server.doctor.docker import check_containers, check_docker, check_shell, first_line
from scripts.server.doctor.findings import Finding, failed, skipped, warning
from scripts.server.doctor.network import API_PATH, Server, check_host
from scripts.server.doctor.secrets import check_secrets
from scripts.server.doctor.settings import check_settings, known_names, read_settings, replaced_by_compose

ORDER = ("failed", "warning", "skipped", "ok")
WIDTH = 120

Check = Callable[[], list[Finding]]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/doctor",
        description="Find out what is wrong with this setup and how to fix it. Checks the running stack of "
        "./scripts/start, or else the Compose stack of this folder. Changes nothing.",
        epilog="Exit status: 0 if no check failed, otherwise 1.",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for other programs")
    parser.add_argument("--all", action="store_true", help="also show the checks that passed")
    return parser.parse_args(arguments)


def examine(local: Path = LOCAL) -> list[Finding]:
    facts = application.embedded_stack(local / "stack.json")
    if facts is not None:
        checks: dict[str, Check] = {
            "application": lambda: application.ask_embedded(facts.get("settings", {})),
            "machine": lambda: [machine.check_clock(), *machine.check_disk([local])],
        }
        compose = skipped("compose", "Compose", "The stack of ./scripts/start is running, without Docker.")
        return [*run(checks), compose]
    settings = {**read_settings(ROOT / ".env"), **read_settings(SERVER_FILE)}
    return run({**files_checks(), **network_checks(settings), **docker_checks()})


def files_checks() -> dict[str, Check]:
    if not SERVER_FILE.exists():
        fix = "On a server, create it as deployment.md says. On a laptop, run ./scripts/start and then this again."
        detail = "There is no .local/server.env, so this is not a server. ./scripts/start is not running either."
        return {"server-env": lambda: [warning("server-env", "No server settings", detail, fix)]}
    settings = read_settings(SERVER_FILE)
    folder = Path(settings.get("SECRETS_DIR", str(LOCAL / "secrets")))
    return {
        "server-env": lambda: check_settings(settings, known_names(ROOT), replaced_by_compose(SERVER_FILE)),
        "secrets": lambda: check_secrets(ROOT / folder),
        "compose-file": check_shell,
    }


def network_checks(settings: Mapping[str, str]) -> dict[str, Check]:
    domain = settings.get("DOMAIN", "localhost")
    if domain == "localhost" or domain.endswith(".localhost"):
        return {"dns": lambda: [skipped("dns", "Network", f"DOMAIN is {domain}: the site is not public.")]}
    hosts = {f"dashboard.{domain}": "/", f"api.{domain}": API_PATH}
    return {host: lambda host=host, path=path: check_host(host, path, Server()) for host, path in hosts.items()}  # type: ignore[misc]


def docker_checks() -> dict[str, Check]:
    def query_docker() -> list[Finding]:
        found, is_there = check_docker()
        if not is_there:
            return found
        return [*found, *check_containers(), *application.ask_container()]

    return {"docker": query_docker, "machine": lambda: [machine.check_clock(), *machine.check_disk(folders())]}


def folders() -> list[Path]:
    """Return the folders where data grows: this one, and Docker's."""
    try:
        return [ROOT, Path(docker("info", "--format={{.DockerRootDir}}", seconds=20).strip())]
    except OpsError:
        return [ROOT]


def run(checks: Mapping[str, Check]) -> list[Finding]:
    with ThreadPoolExecutor(len(checks)) as pool:
        results = pool.map(lambda name: guarded(name, checks[name]), checks)
        return [finding for found in results for finding in found]


def guarded(name: str, check: Check) -> list[Finding]:
    """Run a check. If it raises, the other checks are still shown."""
    try:
        return check()
    except OpsError as error:
        detail = first_line(error)
    except Exception as error:  # noqa: BLE001 - the other checks must still be shown
        detail = f"The check failed with {type(error).__name__}: {error}"
    return [failed(name, f"{name} not checked", detail, "Fix the cause, or report it as a bug of the project.")]


def show(findings: Sequence[Finding], *, everything: bool) -> None:
    counts = {state: sum(finding.state == state for finding in findings) for state in ORDER}
    for finding in sorted(findings, key=lambda finding: ORDER.index(finding.state)):
        if finding.state == "ok" and not everything:
            continue
        print(f"{finding.state:<8} {finding.code:<24} {finding.title}")
        for text in (finding.detail, finding.fix and f"-> {finding.fix}"):
            indent = " " * 33
            print(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)) if text else None
    print(", ".join(f"{count} {state}" for state, count in counts.items() if count))


def main() -> int:
    options = parse(sys.argv[1:])
    findings = examine()
    if options.json:
        print(json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        show(findings, everything=options.all)
    return int(any(finding.state == "failed" for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
