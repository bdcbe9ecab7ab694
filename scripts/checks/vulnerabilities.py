"""`./scripts/vulnerabilities`: known vulnerabilities and the licences of all packages in both lock files."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

from scripts.local.layout import BACKEND, FRONTEND
from scripts.local.node import find_node

UNREACHABLE = ("error sending request", "audit endpoint returned an error", "network", "ENOTFOUND", "ECONNREFUSED")
SECONDS = 300


def licences() -> dict[str, str]:
    """Return licences by `name version`, of the installed packages and of those in package-lock.json."""
    found = {}
    for package in distributions():
        stated = package.metadata.json
        names = [line.rpartition(":: ")[2] for line in stated.get("classifier", []) if "License ::" in line]
        texts = [file for file in package.files or () if file.match("licenses/LICENSE*")]
        said = stated.get("license_expression") or " or ".join(names) or stated.get("license")
        licence = str(said or (texts[0].read_text().strip() if texts else "unknown"))
        found[f"{package.name} {package.version}"] = licence.split("\n")[0]
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    for path, entry in lock["packages"].items():
        if "node_modules/" in path and not entry.get("link"):
            name = path.rpartition("node_modules/")[2]
            found[f"{name} {entry['version']}"] = entry.get("license", "unknown")
    return found


def audit(name: str, command: list[str | Path], folder: Path, env: Mapping[str, str]) -> int:
    """Return 0 without findings, 1 with findings, 2 if the vulnerability service is unavailable."""
    print(f"{name}:", flush=True)
    try:
        result = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"error: the vulnerability service did not respond within {SECONDS} s. Try again later.\n")
        return 2
    print(f"{result.stdout}{result.stderr}".strip())
    if result.returncode and any(sign in result.stderr for sign in UNREACHABLE):
        print(f"error: {name} was not audited: the vulnerability service is unreachable. Check the network.\n")
        return 2
    print()
    return int(result.returncode != 0)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/vulnerabilities",
        description="Look up known vulnerabilities of all packages in backend/uv.lock and frontend/package-lock.json. "
        "Uses services on the internet, so it is not part of ./scripts/test.",
        epilog="Exit status: 1 if vulnerabilities are known, 2 if a service is unavailable.",
    )
    parser.add_argument("--licences", action="store_true", help="list packages by licence instead; works offline")
    if parser.parse_args().licences:
        for package, licence in sorted(licences().items(), key=lambda pair: (pair[1].lower(), pair[0])):
            print(f"{licence:40} {package}")
        return 0
    node = find_node()
    uv = os.environ.get("UV", "uv")
    return max(
        audit("backend/uv.lock", [uv, "audit", "--locked"], BACKEND, os.environ),
        audit("frontend/package-lock.json", [node.command("npm"), "audit"], FRONTEND, node.env()),
    )


if __name__ == "__main__":
    sys.exit(main())
