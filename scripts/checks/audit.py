"""`./scripts/audit`: known weaknesses of what both lock files name, and the licences of all of it."""

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
    """Licence by `name version`, of the packages that are installed here and of those in package-lock.json."""
    found = {}
    for each in distributions():
        stated = each.metadata.json
        names = [line.rpartition(":: ")[2] for line in stated.get("classifier", []) if "License ::" in line]
        texts = [file for file in each.files or () if file.match("licenses/LICENSE*")]
        said = stated.get("license_expression") or " or ".join(names) or stated.get("license")
        licence = str(said or (texts[0].read_text().strip() if texts else "unknown"))
        found[f"{each.name} {each.version}"] = licence.split("\n")[0]
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    for path, package in lock["packages"].items():
        if "node_modules/" in path and not package.get("link"):
            name = path.rpartition("node_modules/")[2]
            found[f"{name} {package['version']}"] = package.get("license", "unknown")
    return found


def audit(name: str, command: list[str | Path], folder: Path, env: Mapping[str, str]) -> int:
    """0 without findings, 1 with some, 2 when the service that knows them could not be asked."""
    print(f"{name}:", flush=True)
    try:
        result = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"error: the service that knows weaknesses did not answer for {SECONDS} s.\n")
        return 2
    print(f"{result.stdout}{result.stderr}".strip())
    if result.returncode and any(sign in result.stderr for sign in UNREACHABLE):
        print(f"error: {name} is not audited: the service that knows weaknesses cannot be reached from here.\n")
        return 2
    print()
    return int(result.returncode != 0)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/audit",
        description="Look up known weaknesses of everything that backend/uv.lock and frontend/package-lock.json name. "
        "Asks services on the internet, so it is not part of ./scripts/test.",
        epilog="Exit status 1: weaknesses are known. 2: a service could not be asked.",
    )
    parser.add_argument("--licences", action="store_true", help="list packages by licence instead; asks nobody")
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
