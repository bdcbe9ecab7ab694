"""Runs PostgreSQL's programs and tar, whose output and input are streams: a dump may be larger than the memory."""

import os
import re
import subprocess
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, cast

MESSAGE_BYTES = 2000


class BackupError(Exception):
    """What is wrong and what to do about it, for people."""


@dataclass(frozen=True)
class Program:
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    good: Container[int] = (0,)
    """Statuses that are no failure."""


@contextmanager
def output_of(program: Program) -> Iterator[IO[bytes]]:
    """Raises `BackupError` at the end when the program failed."""
    with _running(program, stdout=subprocess.PIPE) as process:
        yield cast(IO[bytes], process.stdout)


@contextmanager
def input_of(program: Program) -> Iterator[IO[bytes]]:
    """Raises `BackupError` at the end when the program failed."""
    with _running(program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        stdin = cast(IO[bytes], process.stdin)
        try:
            yield stdin
            stdin.close()
        except BrokenPipeError:
            pass  # it ended too early, and says itself why


@contextmanager
def _running(program: Program, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    name, env = program.command[0], {**os.environ, **program.env}
    with tempfile.TemporaryFile() as messages:
        try:
            process = subprocess.Popen(program.command, env=env, stderr=messages, **pipes)  # type: ignore[call-overload]
        except FileNotFoundError:
            raise BackupError(_missing(name)) from None
        try:
            yield process
            status = process.wait()
        finally:
            process.kill()
            process.communicate()
        if status not in program.good:
            messages.seek(-min(messages.tell(), MESSAGE_BYTES), os.SEEK_END)
            said = messages.read().decode(errors="replace").strip()
            raise BackupError(f"{name} failed with status {status}: {said}")


def check_version(server_major: int) -> None:
    """Raises `BackupError` when PostgreSQL's programs are missing or older than the server."""
    for program in ("pg_dump", "pg_restore"):
        try:
            shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            raise BackupError(_missing(program)) from None
        found = re.search(r"\) (\d+)", shown)
        if found is None or int(found[1]) < server_major:
            raise BackupError(
                f"{program} is too old: {shown.strip()}. The server is PostgreSQL {server_major}: put the programs of "
                f"that version or a newer one on PATH (package postgresql-client-{server_major})."
            )


def _missing(program: str) -> str:
    return f"There is no {program} on PATH. Install PostgreSQL's client programs (package postgresql-client)."
