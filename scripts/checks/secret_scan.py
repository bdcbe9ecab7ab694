"""Search all commits for secrets: the history is public, including deleted files.

Kingfisher searches offline, with its own rules and those of secrets.yml. Only findings of high confidence count,
because people learn to ignore false alarms.
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
# Kingfisher exits with 200 if it finds something.
STATUSES = (0, 200)

WITHDRAWN: frozenset[str] = frozenset()
"""Full hashes of commits whose secrets are no longer valid."""


def find_secrets(repository: Path) -> dict[str, list[str]]:
    """Return files by the commit that added a secret, in all branches and tags.

    Raises CalledProcessError outside a repository.
    """
    command = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = {}
    for finding in _scan(Path(done.stdout.strip())):
        # Objects without a branch or tag are not in the history, and have no commit.
        commit = finding.get("git_metadata", {}).get("commit", {}).get("id")
        if commit and commit not in WITHDRAWN:
            found.setdefault(commit, []).append(finding["path"])
    return {commit: sorted(set(files)) for commit, files in found.items()}


def find_secrets_in_files(folder: Path) -> list[str]:
    """Return the paths of files in the folder that contain a secret."""
    return sorted({finding["path"] for finding in _scan(folder, "--git-history=none")})


def _scan(target: Path, *options: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        cache = f"--rule-cache-dir={LOCAL / 'cache' / 'kingfisher'}"
        command = [KINGFISHER, "scan", target, f"--rules-path={RULES}", cache, f"--output={report}", *OPTIONS, *options]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode not in STATUSES:
            raise RuntimeError(f"kingfisher ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
        return [entry["finding"] for entry in json.loads(report.read_text(encoding="utf-8"))["findings"]]


def main() -> int:
    if not (ROOT / ".git").exists():
        print("There is no git history to search.")
        return 0
    found = find_secrets(ROOT)
    for commit, files in found.items():
        print(f"{commit}: {', '.join(files)}")
    if found:
        print(
            "These commits contain a likely secret. First revoke it where it is valid: every clone contains it.\n"
            "Then remove the commit from the history, or add it to WITHDRAWN in scripts/checks/secret_scan.py."
        )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
