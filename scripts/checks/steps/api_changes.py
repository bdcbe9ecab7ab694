"""Check the API changes since the last release with `./scripts/sdk-diff`."""

from scripts.checks.lint import PYTHON
from scripts.checks.results import Result, of_check
from scripts.checks.runner import Runner
from scripts.local.layout import ROOT

PATHS = r"frontend/packages/sdk/openapi\.json|CHANGELOG\.md"


def check(runner: Runner) -> Result:
    return of_check("api changes", *runner.run([PYTHON, "-m", "scripts.api_diff"], cwd=ROOT))
