"""Projects with each choice of features, as `./scripts/check-template` makes them."""

from scripts.checks.lint import PYTHON, clean_environment
from scripts.checks.results import Result, of_check
from scripts.checks.runner import Runner
from scripts.local.layout import ROOT


def check(runner: Runner) -> Result:
    return of_check("template", *runner.run([PYTHON, "-m", "scripts.template"], cwd=ROOT, env=clean_environment()))
