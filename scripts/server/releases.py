"""The releases that were deployed on this server: `.local/releases.json`, the newest last."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.server.compose import LOCAL, OpsError
from scripts.server.files import write_private

FILE = LOCAL / "releases.json"
# Images of older releases are removed.
KEPT = 5


@dataclass(frozen=True)
class Release:
    """`tag` is the images' tag, `commit` the checked-out commit, `deployed_at` a time in UTC."""

    tag: str
    commit: str
    deployed_at: str


def releases(file: Path = FILE) -> list[Release]:
    try:
        return [Release(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise OpsError(f"{file} is not valid. Delete it: only --rollback needs its content.") from None


def previous(file: Path = FILE) -> Release:
    """Return the release before the current one. Raises `OpsError` if there is none."""
    known = releases(file)
    if len(known) < 2:
        raise OpsError("No earlier release is recorded. Choose one from `docker images`, and name it with --tag.")
    return known[-2]


def record(tag: str, commit: str, file: Path = FILE) -> list[str]:
    """Record the current release. Returns the tags that are no longer kept."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    others = [release for release in releases(file) if release.tag != tag]
    entries = [*others, Release(tag, commit, now)]
    write_private(file, json.dumps([asdict(release) for release in entries[-KEPT:]], indent=2) + "\n")
    return [release.tag for release in entries[:-KEPT]]
