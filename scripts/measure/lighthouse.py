"""`./scripts/lighthouse`: measure the dashboard with Lighthouse, and compare it with our targets."""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from scripts.checks.browser import BrowserError
from scripts.local.layout import FRONTEND
from scripts.local.node import NodeError
from scripts.measure.measured import MeasuredDashboard, measured_dashboard

# Not a dependency of the dashboard: it is run by hand, and has a hundred dependencies.
LIGHTHOUSE = "lighthouse@13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
ROWS = 1000
# Lighthouse occasionally loses the trace of a page.
TRIES = 3


@dataclass(frozen=True)
class Target:
    """Minimum scores in the order of CATEGORIES, and maximum milliseconds until the largest contentful paint."""

    page: str
    path: str
    form_factor: str
    scores: tuple[int, ...]
    largest_paint: int

    @classmethod
    def all(cls) -> list["Target"]:
        """Return the targets of all features, from their `lighthouse.json` files."""
        files = sorted((FRONTEND / "src" / "features").glob("*/lighthouse.json"))
        entries = [entry for file in files for entry in json.loads(file.read_text(encoding="utf-8"))]
        return [cls(**{**entry, "scores": tuple(entry["scores"])}) for entry in entries]


MAX_BLOCKING_MS = 200
MAX_SHIFT = 0.02


@dataclass(frozen=True)
class Measured:
    """The medians of several runs."""

    scores: tuple[int, ...]
    first_paint: float
    largest_paint: float
    blocking: float
    shift: float

    def misses(self, target: Target) -> bool:
        too_low = any(score < least for score, least in zip(self.scores, target.scores, strict=True))
        too_slow = self.largest_paint > target.largest_paint or self.blocking > MAX_BLOCKING_MS
        return too_low or too_slow or self.shift > MAX_SHIFT


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/lighthouse",
        description="Measure the dashboard's pages with Lighthouse, as on a phone and on a desktop, with 1,000 rows in "
        "each list.",
        epilog=f"npx downloads {LIGHTHOUSE}. Keep the machine idle during the measurement. "
        "Exit status: 1 if a page misses a target. Example: ./scripts/lighthouse --runs 5",
    )
    parser.add_argument(
        "--runs", type=int, default=3, metavar="N", help="runs per page, compared by median (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder, measured_dashboard(Path(folder), rows=ROWS) as dashboard:
            headers = Path(folder) / "headers.json"
            headers.write_text(json.dumps({"Cookie": _sign_in(dashboard.env)}), encoding="utf-8")
            return _measure_all(dashboard, headers, options.runs)
    except (NodeError, BrowserError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1


def _measure_all(dashboard: MeasuredDashboard, headers: Path, runs: int) -> int:
    rows, missed, targets = [], 0, Target.all()
    for target in targets:
        own_headers = headers if target.page != "login" else None
        reports = [_run(dashboard, target, own_headers) for _ in range(runs)]
        measured = _summarise(reports)
        missed += measured.misses(target)
        rows.append(_row(target, measured))
    print(HEADER, *rows, sep="\n")
    print(f"\n{missed} of {len(targets)} pages miss a target." if missed else "\nAll pages meet their targets.")
    return int(missed > 0)


def _run(dashboard: MeasuredDashboard, target: Target, headers: Path | None) -> dict[str, Any]:
    command = [
        *(dashboard.node.command("npx"), "--yes", LIGHTHOUSE, dashboard.env["BASE_URL"] + target.path),
        *("--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROME_FLAGS}"),
        *(["--preset=desktop"] if target.form_factor == "desktop" else []),
        *([f"--extra-headers={headers}"] if headers else []),
    ]
    env = dict(dashboard.env)
    if "CHROMIUM" in env:
        env["CHROME_PATH"] = env["CHROMIUM"]
    for _ in range(TRIES):
        result = subprocess.run(command, cwd=FRONTEND, env=env, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            return _report(result.stdout, target)
    raise RuntimeError(f"Lighthouse failed {TRIES} times on {target.path}:\n{result.stderr[-2000:]}")


def _report(output: str, target: Target) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(output)
    if not report["finalDisplayedUrl"].endswith(target.path):
        raise RuntimeError(f"Lighthouse was redirected from {target.path} to {report['finalDisplayedUrl']}.")
    return report


def _summarise(reports: list[dict[str, Any]]) -> Measured:
    def audit(name: str) -> float:
        return float(median(report["audits"][name]["numericValue"] for report in reports))

    scores = (median(report["categories"][name]["score"] for report in reports) for name in CATEGORIES)
    return Measured(
        scores=tuple(round(100 * score) for score in scores),
        first_paint=audit("first-contentful-paint"),
        largest_paint=audit("largest-contentful-paint"),
        blocking=audit("total-blocking-time"),
        shift=audit("cumulative-layout-shift"),
    )


HEADER = """\
| page | performance | accessibility | best practices | SEO | first paint | largest paint | blocked | shift |
|---|---|---|---|---|---|---|---|---|"""


def _row(target: Target, measured: Measured) -> str:
    scores = (f"{score} (>= {least})" for score, least in zip(measured.scores, target.scores, strict=True))
    cells = (
        f"{target.page}, {target.form_factor}",
        *scores,
        f"{measured.first_paint / 1000:.2f} s",
        f"{measured.largest_paint / 1000:.2f} s (<= {target.largest_paint / 1000:.1f})",
        f"{measured.blocking:.0f} ms (<= {MAX_BLOCKING_MS})",
        f"{measured.shift:.3f} (<= {MAX_SHIFT})",
    )
    return f"| {' | '.join(cells)} |"


def _sign_in(env: dict[str, str]) -> str:
    """Sign in as the superuser and return the value of the Cookie header."""
    login = {"email": env["SUPERUSER_EMAIL"], "password": env["SUPERUSER_PASSWORD"]}
    request = urllib.request.Request(  # noqa: S310 (our own stack)
        f"{env['BASE_URL']}/api/v1/login/session",
        data=json.dumps(login).encode(),
        headers={"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=30) as response:
        cookies = response.headers.get_all("Set-Cookie", [])
    return "; ".join(cookie.split(";")[0] for cookie in cookies)


if __name__ == "__main__":
    sys.exit(main())
