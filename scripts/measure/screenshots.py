"""`./scripts/screenshots`: take new screenshots of the main pages."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.checks.browser import BrowserError
from scripts.local.layout import FRONTEND, ROOT
from scripts.local.node import NodeError
from scripts.measure.measured import MeasuredDashboard, measured_dashboard

TARGET = ROOT / "docs" / "screenshots"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/screenshots",
        description="Take new screenshots of the main pages: light and dark, wide and narrow.",
        epilog="Data, clock and time zone are fixed, so that a screenshot changes only with its page. "
        "Example: ./scripts/screenshots --output /tmp/pages",
    )
    parser.add_argument("--output", type=Path, default=TARGET, metavar="DIR", help="default: docs/screenshots")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder, measured_dashboard(Path(folder)) as dashboard:
            return _take(dashboard, options.output.absolute())
    except (NodeError, BrowserError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


def _take(dashboard: MeasuredDashboard, output: Path) -> int:
    output.mkdir(parents=True, exist_ok=True)
    command = [dashboard.node.command("node"), "scripts/screenshots.mjs", str(output)]
    return subprocess.run(command, cwd=FRONTEND, env=dashboard.env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
