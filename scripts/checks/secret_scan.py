"""Looks for secrets in everything that was ever committed: what is in the history is public, deleted or not.

Only what is unmistakable is looked for, so that a finding is never a false alarm that people learn to pass over.
"""

import subprocess
import sys
from pathlib import Path

from scripts.local.layout import ROOT

PATTERNS = (
    r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----",
    r"(AKIA|ASIA)[0-9A-Z]{16}",  # AWS
    r"gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60}",
    r"xox[abprs]-[0-9A-Za-z-]{20}",  # Slack
    r"(sk|rk)_live_[0-9A-Za-z]{20}",  # Stripe
    r"AIza[0-9A-Za-z_-]{35}",  # Google
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[A-Za-z0-9_-]{50}",
    r"(SECRET_KEY|PASSWORD|PASSPHRASE)=[\"']?[0-9A-Za-z_-]{32}",  # as this project makes them
)

WITHDRAWN: frozenset[str] = frozenset()
"""Full hashes of commits whose secret opens nothing any more."""


def find_secrets(repository: Path) -> dict[str, list[str]]:
    """Files by the commit that added or removed a line with a secret. CalledProcessError outside a repository."""
    command = ["git", "log", "--all", "--format=commit %H", "--name-only", "-G", "|".join(PATTERNS)]
    output = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout
    found: dict[str, list[str]] = {}
    for line in filter(None, output.splitlines()):
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
            found[commit] = []
        else:
            found[commit].append(line)
    return {commit: files for commit, files in found.items() if commit not in WITHDRAWN}


def main() -> int:
    if not (ROOT / ".git").exists():
        print("There is no history: this is no clone.")
        return 0
    found = find_secrets(ROOT)
    for commit, files in found.items():
        print(f"{commit}: {', '.join(files)}")
    if found:
        print(
            "These commits hold what looks like a secret. First withdraw it where it is valid: every clone has it.\n"
            "Then take the commit out of the history, or name it in WITHDRAWN of scripts/checks/secret_scan.py."
        )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
