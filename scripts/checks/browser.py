"""Find or install Chromium for the end-to-end tests: an installed one, Playwright's or the distribution's."""

import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

from scripts.local.layout import FRONTEND
from scripts.local.node import Node

# Debian's package of the browser without a window, in which the tests take two thirds of the time.
HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

Run = Callable[..., tuple[int, str]]


class BrowserError(Exception):
    """No Chromium was found and none could be installed."""


def ensure_chromium(node: Node, run: Run) -> dict[str, str]:
    """Return additions to Playwright's environment; empty if it uses its own browser. Raises BrowserError."""
    if found := _installed(run):
        return {"CHROMIUM": found}
    reasons: list[str] = []
    # On Debian, the package includes libraries that Playwright's own download lacks.
    ways = [_from_debian, _from_playwright] if _is_debian() else [_from_playwright, _from_debian]
    for way in ways:
        status, output = way(node, run)
        if status == 0:
            found = _installed(run)
            return {"CHROMIUM": found} if found else {}
        reasons.append(output[-600:])
    raise BrowserError(
        "Chromium was not found and could not be installed. Install chromium or google-chrome, or set CHROMIUM to "
        "its path. The attempts failed with:\n" + "\n".join(reasons)
    )


def _installed(run: Run) -> str:
    for name in (os.environ.get("CHROMIUM"), *NAMES, str(MAC)):
        path = shutil.which(name) if name else None
        if path and run([path, "--version"])[0] == 0:  # Ubuntu's chromium-browser can be a placeholder
            return path
    return ""


def _from_playwright(node: Node, run: Run) -> tuple[int, str]:
    libraries = ["--with-deps"] if os.geteuid() == 0 and platform.system() == "Linux" else []
    env = {**node.env(), "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "20000"}
    return run([node.command("npx"), "playwright", "install", *libraries, "chromium"], cwd=FRONTEND, env=env)


def _from_debian(node: Node, run: Run) -> tuple[int, str]:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return 1, "apt-get needs root on Debian or Ubuntu."
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    status, output = run(["apt-get", "update", "-qq"], env=env)
    if status == 0:
        package = HEADLESS if _is_debian() else "chromium"
        status, output = run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=env)
    return (status, output) if status else (0 if _installed(run) else 1, output)


def _is_debian() -> bool:
    return platform.system() == "Linux" and platform.freedesktop_os_release().get("ID") == "debian"
