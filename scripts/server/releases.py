"""What is deployed on this server, and what was before: `.local/releases.json`, the newest last."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.server.compose import LOCAL, OpsError
from scripts.server.files import write_private

FILE = LOCAL / "releases.json"
# Images of older ones are removed.
KEPT = 5


@dataclass(frozen=True)
class Release:
    """`tag` is that of the images, `commit` what was checked out, `deployed_at` in UTC."""

    tag: str
    commit: str
    deployed_at: str


def releases(file: Path = FILE) -> list[Release]:
    try:
        return [Release(**each) for each in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise OpsError(f"{file} cannot be read. Delete it: only --rollback needs what it says.") from None


def previous(file: Path = FILE) -> Release:
    """What was deployed before the current release. Raises `OpsError` when nothing was."""
    known = releases(file)
    if len(known) < 2:
        raise OpsError("No earlier release is known. Name one of `docker images` with --tag.")
    return known[-2]


def record(tag: str, commit: str, file: Path = FILE) -> list[str]:
    """Note what is deployed now. Returns the tags that are no longer kept."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    others = [release for release in releases(file) if release.tag != tag]
    entries = [*others, Release(tag, commit, now)]
    write_private(file, json.dumps([asdict(release) for release in entries[-KEPT:]], indent=2) + "\n")
    return [release.tag for release in entries[:-KEPT]]
