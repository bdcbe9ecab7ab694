"""Run `python -m app.backups` on the server's stack, in a container of the service `backup`."""

import subprocess
import sys

from scripts.server.compose import ROOT, environment

COMPOSE = ["docker", "compose", "--profile", "backup"]


def commands(arguments: list[str]) -> list[list[str]]:
    """Return the commands to run in order."""
    if arguments == ["start"]:
        return [[*COMPOSE, "up", "--build", "--detach", "--wait", "backup"]]
    run = [*COMPOSE, "run", "--rm"]
    # `key` runs before a key exists, and `--help` before a database exists.
    if arguments[0] == "key" or "--help" in arguments:
        run.append("--no-deps")
    if not sys.stdin.isatty():
        run.append("--no-TTY")
    # The build is quick if the image exists.
    return [
        [*COMPOSE, "build", "--quiet", "backup"],
        [*run, "backup", "python", "-m", "app.backups", *arguments],
    ]


def main() -> int:
    *before, last = commands(sys.argv[1:] or ["--help"])
    try:
        for command in before:
            # Keep the build's output apart from the result.
            done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=sys.stderr, check=False)
            if done.returncode:
                return done.returncode
        # No timeout: the program has its own, and Ctrl-C reaches it.
        return subprocess.run(last, cwd=ROOT, env=environment(), check=False).returncode
    except FileNotFoundError:
        print("error: `docker` is not on PATH. Install Docker Engine with the Compose plugin.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
