"""The manifests in deploy/kubernetes against the schemas of Kubernetes."""

import os
import shutil
import tempfile
from pathlib import Path

from scripts.checks.lint import clean_environment
from scripts.checks.results import Result, of_check
from scripts.checks.runner import Runner
from scripts.local.layout import ROOT

PATHS = "deploy/kubernetes/"
FOLDER = ROOT / "deploy" / "kubernetes"


def check(runner: Runner) -> Result:
    """Check the rendered manifests, or without kubectl the files as they are written."""
    files = [path for path in sorted(FOLDER.glob("*.yaml")) if path.name != "kustomization.yaml"]
    with tempfile.TemporaryDirectory() as work:
        if shutil.which("kubectl"):
            status, output = runner.run(["kubectl", "kustomize", FOLDER])
            if status != 0:
                return of_check("kubernetes", status, output)
            files = [Path(work) / "rendered.yaml"]
            files[0].write_text(output, encoding="utf-8")
        # Its schemas are 17,000 files, so it is not among the packages of the development group.
        tool = [os.environ.get("UV", "uv"), "run", "--isolated", "--no-project"]
        tool += ["--with-requirements", str(FOLDER / "requirements.txt")]
        command: list[str | Path] = [*tool, "kubernetes-validate", "--strict", *files]
        return of_check("kubernetes", *runner.run(command, env=clean_environment()))
