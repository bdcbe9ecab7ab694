"""`./scripts/sdk-diff`: list the API's changes since a release, and check that breaking ones are declared."""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.api_diff.operations import changes
from scripts.api_diff.schemas import Change, Kind
from scripts.local.layout import ROOT

DOCUMENT = Path("frontend/packages/sdk/openapi.json")
CHANGELOG = Path("CHANGELOG.md")
HOW_TO_DECLARE = f"""\
Declare each in {CHANGELOG}, above the last release, under "### Breaking", with a line that names it:

- `{{subject}}`: why, and what to do instead."""


class CannotCompare(Exception):
    """There is nothing to compare with. The message says why."""


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/sdk-diff",
        description="List the breaking, additive and neutral changes of the API since a release.",
        epilog=f"Exit status: 1 if a breaking change is not declared in {CHANGELOG}. "
        "Example: ./scripts/sdk-diff v1.2.0",
    )
    parser.add_argument("ref", nargs="?", help="tag, branch or commit to compare with (default: the last tag v*)")
    options = parser.parse_args(arguments)
    try:
        ref = options.ref or _last_release(root)
        old = _document_at(ref, root)
    except CannotCompare as reason:
        print(reason)
        return 2 if options.ref else 0
    new = json.loads((root / DOCUMENT).read_text(encoding="utf-8"))
    changelog = (root / CHANGELOG).read_text(encoding="utf-8")
    return report(ref, changes(old, new), declared_subjects(changelog, ref))


def report(ref: str, found: list[Change], declared: set[str]) -> int:
    """Print the changes. Returns 1 if a breaking one is not declared."""
    print(f"API changes compared with {ref}:\n")
    width = max((len(change.subject) for change in found), default=0)
    for change in found:
        note = "  (declared)" if change.kind is Kind.BREAKING and change.subject in declared else ""
        print(f"  {change.kind:<9} {change.subject:<{width}}  {change.message}{note}")
    breaking = [change for change in found if change.kind is Kind.BREAKING]
    undeclared = [change for change in breaking if change.subject not in declared]
    counts = ", ".join(f"{sum(change.kind is kind for change in found)} {kind}" for kind in Kind)
    print(f"\n{counts}" if found else "No changes.")
    if undeclared:
        print(f"\n{len(undeclared)} breaking not declared. {HOW_TO_DECLARE.format(subject=undeclared[0].subject)}")
    return int(bool(undeclared))


def declared_subjects(changelog: str, ref: str) -> set[str]:
    """Return the names in backticks that start the lines under `### Breaking`, in all sections newer than `ref`."""
    version = re.escape(ref.removeprefix("v"))
    newer = re.split(rf"^## \[?v?{version}\b", changelog, maxsplit=1, flags=re.M)[0]
    sections = re.findall(r"^### Breaking$(.*?)(?=^##|\Z)", newer, flags=re.M | re.S)
    return {name for section in sections for name in re.findall(r"^- `([^`]+)`", section, flags=re.M)}


def _last_release(root: Path) -> str:
    status, tag = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if status != 0:
        raise CannotCompare(
            "There is no release (no tag v*) yet, so no change can break one. "
            "To compare with a commit: ./scripts/sdk-diff COMMIT"
        )
    return tag.strip()


def _document_at(ref: str, root: Path) -> dict[str, Any]:
    status, text = _git(root, "show", f"{ref}:{DOCUMENT.as_posix()}")
    if status != 0:
        raise CannotCompare(f"{ref} is not a commit with a {DOCUMENT}. Choose another one.")
    document: dict[str, Any] = json.loads(text)
    return document


def _git(root: Path, *arguments: str) -> tuple[int, str]:
    result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout


if __name__ == "__main__":
    sys.exit(main())
