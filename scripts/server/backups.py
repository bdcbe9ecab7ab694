"""Run `python -m app.backups` on the server's stack, in a container of the service `backup`."""

import subprocess
import sys

from scripts.server.compose import ROOT, environment


def main() -> int:
    arguments = sys.argv[1:] or ["--help"]
    # `key` runs before a key exists, and `--help` before a database exists.
    needs_no_stack = arguments[0] == "key" or "--help" in arguments
    compose = ["docker", "compose", "--profile", "backup"]
    command = [*compose, "run", "--rm"]
    if needs_no_stack:
        command.append("--no-deps")
    if not sys.stdin.isatty():
        command.append("--no-TTY")
    command += ["backup", "python", "-m", "app.backups", *arguments]
    try:
        # Keep the build's output apart from the result. The build is quick if the image exists.
        built = subprocess.run(
            [*compose, "build", "--quiet", "backup"], cwd=ROOT, env=environment(), stdout=sys.stderr, check=False
        )
        # No timeout: the program has its own, and Ctrl-C reaches it.
        return built.returncode or subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
    except FileNotFoundError:
        print("error: `docker` is not on PATH. Install Docker Engine with the Compose plugin.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
