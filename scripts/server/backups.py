"""Runs `python -m app.backups` on the server's stack, in a container of the service `backup`."""

import subprocess
import sys

from scripts.server.compose import ROOT, environment


def main() -> int:
    arguments = sys.argv[1:] or ["--help"]
    # A new key is wanted before there is one, and help before there is a database.
    needs_no_stack = arguments[0] == "key" or "--help" in arguments
    compose = ["docker", "compose", "--profile", "backup"]
    command = [*compose, "run", "--rm"]
    if needs_no_stack:
        command.append("--no-deps")
    if not sys.stdin.isatty():
        command.append("--no-TTY")
    command += ["backup", "python", "-m", "app.backups", *arguments]
    try:
        # What the build tells is not the answer. It is quick when the image is there.
        built = subprocess.run(
            [*compose, "build", "--quiet", "backup"], cwd=ROOT, env=environment(), stdout=sys.stderr, check=False
        )
        # As long as it takes: the program bounds its own waits, and Ctrl-C reaches it.
        return built.returncode or subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
    except FileNotFoundError:
        print("error: There is no `docker` on PATH. Install Docker Engine with the Compose plugin.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
