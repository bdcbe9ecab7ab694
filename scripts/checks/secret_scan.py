"""Looks for secrets in everything that was ever committed: what is in the history is public, deleted or not.

Kingfisher does the search, with its own rules and those of secrets.yml, and sends nothing anywhere. Only findings of
high confidence count, so that none is a false alarm that people learn to ignore.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.local.layout import LOCAL, ROOT

RULES = Path(__file__).with_name("secrets.yml")
KINGFISHER = Path(sys.prefix) / "bin" / "kingfisher"
OPTIONS = ("--confidence=high", "--no-validate", "--no-update-check", "--quiet", "--format=json")
# Kingfisher ends with status 200 when it has found something.
STATUSES = (0, 200)

WITHDRAWN: frozenset[str] = frozenset()
"""Full hashes of commits whose secret opens nothing any more."""


def find_secrets(repository: Path) -> dict[str, list[str]]:
    """Files by the commit that added a secret, in all branches and tags. CalledProcessError outside a repository."""
    command = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = {}
    for finding in _scan(Path(done.stdout.strip())):
        # Objects that no branch and no tag leads to are not in the history, and have no commit.
        commit = finding.get("git_metadata", {}).get("commit", {}).get("id")
        if commit and commit not in WITHDRAWN:
            found.setdefault(commit, []).append(finding["path"])
    return {commit: sorted(set(files)) for commit, files in found.items()}


def find_secrets_in_files(folder: Path) -> list[str]:
    """Paths of the files below the folder that hold a secret."""
    return sorted({finding["path"] for finding in _scan(folder, "--git-history=none")})


def _scan(target: Path, *options: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        cache = f"--rule-cache-dir={LOCAL / 'cache' / 'kingfisher'}"
        command = [KINGFISHER, "scan", target, f"--rules-path={RULES}", cache, f"--output={report}", *OPTIONS, *options]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode not in STATUSES:
            raise RuntimeError(f"kingfisher ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
        return [each["finding"] for each in json.loads(report.read_text(encoding="utf-8"))["findings"]]


def main() -> int:
    if not (ROOT / ".git").exists():
        print("There is no git history here, so there is nothing to search.")
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
