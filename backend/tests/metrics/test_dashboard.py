"""The Grafana dashboard shows only metrics that exist, and the pages name all of them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import BACKEND_DIR
from tests.rules import REPOSITORY

FUNCTIONS = {"sum", "by", "rate", "histogram_quantile", "topk", "max", "min"}
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


_EXPORTED = """
from app.metrics import registry, service
from app.metrics.models import Work
for family in (*registry._own.collect(), *service._WorkCollector(Work([], [], [])).collect()):
    print(family.name, family.type)
"""


@pytest.fixture(scope="module")
def exported() -> set[str]:
    """The names that a process exports. It is a separate one, because importing the registry opens files."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": folder}
        command = [sys.executable, "-c", _EXPORTED]
        output = subprocess.check_output(command, cwd=BACKEND_DIR, env=environment, text=True, timeout=60)
    families = [line.split() for line in output.splitlines()]
    return {name + suffix for name, kind in families for suffix in SUFFIXES[kind]}


def shown() -> Iterator[str]:
    dashboard = json.loads((REPOSITORY / "deploy" / "metrics" / "dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expression = re.sub(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)", "", target["expr"])
            yield from set(re.findall(r"[a-z][a-z_]+", expression)) - FUNCTIONS


def test_panels_show_exported_metrics(exported: set[str]) -> None:
    assert set(shown()) - exported == set()


def test_every_metric_has_a_panel(exported: set[str]) -> None:
    assert {name for name in exported if not name.endswith(("_sum", "_count"))} - set(shown()) == set()


def test_page_describes_every_metric(exported: set[str]) -> None:
    page = (REPOSITORY / "docs" / "running" / "metrics.md").read_text(encoding="utf-8")
    described = set(re.findall(r"(?m)^\| `([a-z_]+)", page))
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in exported} == described
