"""The audit of licences and known vulnerabilities (OP-06)."""

import os
import subprocess

from scripts.checks.vulnerabilities import licences
from scripts.local.layout import ROOT


def test_every_package_has_a_licence() -> None:
    found = {package.rpartition(" ")[0]: licence for package, licence in licences().items()}
    assert found["fastapi"] == found["react"] == "MIT"
    assert [package for package, licence in found.items() if licence == "unknown"] == []


def test_unreachable_service_is_a_failure() -> None:
    nowhere = "http://127.0.0.1:9"
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), nowhere)
    env = {**os.environ, **proxies, "npm_config_registry": nowhere, "npm_config_fetch_retries": "0"}
    command = [ROOT / "scripts" / "vulnerabilities"]
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 2, result.stdout + result.stderr
    for name in ("backend/uv.lock", "frontend/package-lock.json"):
        assert f"error: {name} was not audited" in result.stdout
