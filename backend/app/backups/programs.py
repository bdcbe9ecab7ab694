"""Runs PostgreSQL's programs and tar with streamed input and output, since a dump can be larger than the memory."""

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, cast

MESSAGE_BYTES = 2000


class BackupError(Exception):
    """A backup or restore failed. The message says what to do."""


@dataclass(frozen=True)
class Program:
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    success: Container[int] = (0,)
    """Exit statuses that mean success."""


@contextmanager
def output_of(program: Program) -> Iterator[IO[bytes]]:
    """Run a program and yield its output. Raises `BackupError` at the end if the program failed."""
    with _running(program, stdout=subprocess.PIPE) as process:
        yield cast(IO[bytes], process.stdout)


@contextmanager
def input_of(program: Program) -> Iterator[IO[bytes]]:
    """Run a program and yield its input. Raises `BackupError` at the end if the program failed."""
    with _running(program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        stdin = cast(IO[bytes], process.stdin)
        try:
            yield stdin
            stdin.close()
        except BrokenPipeError:
            pass  # the program exited early; its own error says why


@contextmanager
def _running(program: Program, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    name, env = program.command[0], {**os.environ, **program.env}
    process = None
    with tempfile.TemporaryFile() as messages:
        # SIGTERM exits. While the program starts, it would leave the program running.
        unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            process = _start(program.command, env=env, stderr=messages, **pipes)
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
            yield process
            status = process.wait()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
            if process is not None:
                process.kill()
                process.communicate()
        if status not in program.success:
            messages.seek(-min(messages.tell(), MESSAGE_BYTES), os.SEEK_END)
            output = messages.read().decode(errors="replace").strip()
            raise BackupError(f"{name} failed with status {status}: {output}")


def _start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, **options)
    except FileNotFoundError:
        raise BackupError(_missing(command[0])) from None


def check_version(server_major: int) -> None:
    """Raise `BackupError` if PostgreSQL's programs are missing or older than the server."""
    for program in ("pg_dump", "pg_restore"):
        try:
            shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            raise BackupError(_missing(program)) from None
        found = re.search(r"\) (\d+)", shown)
        if found is None or int(found[1]) < server_major:
            raise BackupError(
                f"{program} is too old: {shown.strip()}. The server is PostgreSQL {server_major}. Put the programs of "
                f"this version or a newer one on PATH (package postgresql-client-{server_major})."
            )


def _missing(program: str) -> str:
    return f"There is no {program} on PATH. Install PostgreSQL's client programs (package postgresql-client)."
