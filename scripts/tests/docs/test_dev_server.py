"""Vite beside a stack. Runs in the scripts part of ./scripts/test, where the frontend's packages are installed."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from scripts.local.layout import ROOT
from scripts.local.node import find_node
from scripts.tests.docs.guides import OWN, blocks

pytestmark = pytest.mark.stack


def test_the_dashboard_is_served_as_it_is_written(tmp_path: Path) -> None:
    [block] = [block for block in blocks("development.md") if block.way == OWN]
    output = tmp_path / "output"
    with output.open("w") as log:
        server = subprocess.Popen(
            ["bash", "-euc", block.text], cwd=ROOT, env=find_node().env(), stdout=log, stderr=log, process_group=0
        )
    try:
        deadline = time.monotonic() + 60
        while "ready in" not in output.read_text():
            assert server.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.1)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)
