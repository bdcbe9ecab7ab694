"""A dashboard with sample data and a browser, for measurements and screenshots."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.checks.browser import ensure_chromium
from scripts.checks.lint import clean_environment
from scripts.checks.suites import own_stack
from scripts.local import node as nodejs


@dataclass(frozen=True)
class MeasuredDashboard:
    """`env` has the URL, the superuser's credentials and the browser, as the frontend's scripts expect them."""

    node: nodejs.Node
    env: dict[str, str]


@contextmanager
def measured_dashboard(folder: Path, *, rows: int = 134) -> Iterator[MeasuredDashboard]:
    """Run the production build on a separate stack in `folder`. Raises NodeError, BrowserError or RuntimeError."""
    from scripts.local import sample_data  # imported here, so that --help works without packages

    with nodejs.one_at_a_time():
        node = nodejs.find_node()
        nodejs.install(node)
        nodejs.build(node)
    chromium = ensure_chromium(node, _run)
    with own_stack(folder / "stack") as facts:
        login = facts["superuser"]
        sample_data.fill(facts["database_url"], superuser=login["email"], rows=rows)
        env = {
            **node.env(clean_environment()),
            **chromium,
            "BASE_URL": facts["dashboard"],
            "SUPERUSER_EMAIL": login["email"],
            "SUPERUSER_PASSWORD": login["password"],
        }
        yield MeasuredDashboard(node, env)


def _run(command: Sequence[str], **options: Any) -> tuple[int, str]:
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )
    return result.returncode, result.stdout
