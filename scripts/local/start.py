"""`./scripts/start`: run the whole stack until Ctrl-C."""

import argparse
import contextlib
import fcntl
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from scripts.local.layout import LOCAL, Layout
from scripts.local.node import NodeError
from scripts.local.ports import PortTakenError
from scripts.local.postgres_binaries import PostgresError
from scripts.local.processes import adopt_orphans, tail
from scripts.local.secrets import ensure_secrets
from scripts.local.stack import Options, Stack, StackError
from scripts.server.progress import Progress

EPILOG = """\
Settings come from the environment, then .env, then .local/secrets. Set DATABASE_URL or a remote POSTGRES_SERVER to
replace the embedded PostgreSQL, and SMTP_HOST to replace the mailbox. While the stack runs, .local/stack.json holds
its URLs and the superuser's credentials.

Examples:
  ./scripts/start                 on port 8000, or the next free one
  ./scripts/start --port 9000     on exactly this port
  ./scripts/start --fresh         with an empty database

Exit status: 0 stopped by Ctrl-C or a signal; 1 could not start, was already running, or a process ended
unexpectedly."""


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal. A BaseException, so that no `except Exception` catches it."""


def parse(arguments: list[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="./scripts/start",
        description="Install what is missing and run the whole stack until Ctrl-C.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, metavar="N", help="port of the dashboard and the API (0: any free port)")
    parser.add_argument(
        "--fresh", action="store_true", help="delete the local database and files first; keep the secrets"
    )
    parser.add_argument("--no-reload", action="store_true", help="do not restart the API when its code changes")
    parser.add_argument(
        "--env-only",
        action="store_true",
        help="only create the secrets in .local/secrets, for example before docker compose up",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="advanced: run a second, separate stack with its data in DIR; it uses embedded parts only",
    )
    given = parser.parse_args(arguments)
    return Options(
        data=(given.data_dir or LOCAL).absolute(),
        port=given.port,
        fresh=given.fresh,
        reload=not given.no_reload,
        env_only=given.env_only,
        isolated=given.data_dir is not None,
    )


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("the port must be a number from 0 to 65535")
    return port


@contextlib.contextmanager
def only_one(layout: Layout) -> Iterator[bool]:
    """Hold the stack's lock; yield False if another start holds it. The system frees it however the process ends."""
    with layout.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def raise_stopped(number: int, frame: FrameType | None) -> None:
    ignore_signals()  # a second signal must not interrupt the shutdown
    raise Stopped


def ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def describe(facts: dict[str, object]) -> str:
    """Format the addresses and credentials for the terminal."""
    login = facts["superuser"]
    assert isinstance(login, dict)  # noqa: S101
    return "\n".join(
        (
            f"  Dashboard   {facts['dashboard']}",
            f"  API docs    {facts['docs']}",
            f"  Mailbox     {facts['mailbox'] or 'none: SMTP_HOST is set'}",
            f"  Superuser   {login['email']}",
            f"  Password    {login['password']}",
        )
    )


def report_running(layout: Layout) -> None:
    try:
        facts = json.loads(layout.stack_file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        print(f"Another ./scripts/start is starting with {layout.data}. Wait until it is ready.", file=sys.stderr)
        return
    print(f"Already running (process {facts['pid']}):\n\n{describe(facts)}\n", file=sys.stderr)


def run(options: Options) -> int:
    stack = Stack(options, Progress())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stopped)
    adopt_orphans()
    begun = time.monotonic()
    try:
        stack.start()
        stack.progress.line(f"\nReady after {time.monotonic() - begun:.1f} s. Ctrl-C stops everything.\n")
        print(f"{describe(stack.facts())}\n  Logs        {stack.layout.logs}\n", flush=True)
        return _watch(stack)
    except Stopped:
        stack.progress.close()
        print("\nStopping.", flush=True)
        return 0
    except (StackError, PostgresError, NodeError, PortTakenError) as error:
        stack.progress.close()
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        ignore_signals()
        stack.stop()


def _watch(stack: Stack) -> int:
    """Print the logs of the API and the worker until a process ends unexpectedly, and return the exit status."""
    positions = {log: _follow(log, None, sys.stdout) for log in (stack.log("api"), stack.log("worker"))}
    while not (ended := stack.watch()):
        positions = {log: _follow(log, position, sys.stdout) for log, position in positions.items()}
        time.sleep(0.2)
    log = stack.log(ended)
    print(f"\n{ended} ended unexpectedly, so the stack stops. Last lines of {log}:\n{tail(log)}", file=sys.stderr)
    return 1


def _follow(log: Path, position: int | None, out: TextIO) -> int:
    """Print what `log` contains after `position` (None: skip everything so far); return the new position."""
    try:
        with log.open("rb") as file:
            if position is None:
                return file.seek(0, 2)
            file.seek(position)
            added = file.read()
    except FileNotFoundError:
        return 0
    if added:
        out.write(added.decode(errors="replace"))
        out.flush()
    return position + len(added)


def main() -> int:
    options = parse()
    layout = Layout(options.data)
    layout.create()
    if options.env_only:
        ensure_secrets(layout.secrets)
        print(f"The secrets are in {layout.secrets}. Existing ones were not changed.")
        return 0
    with only_one(layout) as alone:
        if alone:
            return run(options)
        report_running(layout)
        return 1


if __name__ == "__main__":
    sys.exit(main())
