"""`/config.js`: one image for every environment, served by Nginx or by the API process."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient
from pydantic import TypeAdapter

from app.core.http.spa import configuration
from app.core.settings import Settings
from app.main import create_app
from app.users.config import settings as users_settings
from scripts.tests.deploy.files import read

HOSTILE = 'Ä "quoted" \\ </script><script>alert(1)</script> %s $(id) `id` \\n'
NAMES = ["Acme", "O'Neil & Sons", "", HOSTILE]


def by_nginx(folder: Path, name: str, **environment: str) -> str:
    """Return what the image's entrypoint writes, run by this machine's shell with a fake Nginx."""
    (folder / "nginx").write_text("#!/bin/sh\n")
    (folder / "nginx").chmod(0o755)
    target = folder / "config.js"
    script = read("frontend/docker-entrypoint.sh").replace("/tmp/config.js", str(target))  # noqa: S108
    env = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PROJECT_NAME": name, **environment}
    subprocess.run(["sh", "-c", script], env=env, check=True)
    return target.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nginx_and_the_api_serve_the_same(tmp_path: Path, name: str) -> None:
    assert by_nginx(tmp_path, name) == configuration(name)


@pytest.mark.parametrize("value", ["false", "False", "0", "no", "off", "true", "1", ""])
def test_both_say_whether_sign_up_is_open(tmp_path: Path, value: str) -> None:
    is_open = TypeAdapter(bool).validate_python(value or "true")
    written = by_nginx(tmp_path, "Acme", USERS_OPEN_REGISTRATION=value)
    assert written == configuration("Acme", sign_up=is_open)
    assert ('"signUp": false' in written) is not is_open


async def test_api_announces_closed_sign_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_settings, "USERS_OPEN_REGISTRATION", False)
    app = create_app(Settings(_env_file=None, FRONTEND_DIR=tmp_path, PROJECT_NAME="Mine"))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        response = await client.get("/config.js")
    assert response.text == 'window.APP_CONFIG = {"projectName": "Mine", "signUp": false};\n'


def test_frontend_container_knows_whether_sign_up_is_open() -> None:
    assert "USERS_OPEN_REGISTRATION" in read("docker-compose.yml").partition("PROJECT_NAME")[2]


def test_project_name_cannot_become_code(tmp_path: Path) -> None:
    written = by_nginx(tmp_path, f"{HOSTILE}\n\t\r\x7f")
    assert written == configuration(HOSTILE)
    assert "<" not in written
    assert re.fullmatch(r'window\.APP_CONFIG = \{"projectName": "(\\.|[^"\\])*"\};\n', written)


async def test_api_serves_it_instead_of_the_built_file(tmp_path: Path) -> None:
    (tmp_path / "config.js").write_text("of the build")
    app = create_app(Settings(_env_file=None, FRONTEND_DIR=tmp_path, PROJECT_NAME="Mine"))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        response = await client.get("/config.js")
        refused = await client.post("/config.js", headers={"Origin": "http://localhost:8000"})
    assert (response.status_code, response.text) == (200, configuration("Mine"))
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert refused.status_code == 405


def test_nginx_serves_the_file_written_at_startup() -> None:
    assert "location = /config.js {\n            alias /tmp/config.js;" in read("frontend/nginx.conf")
    assert "PROJECT_NAME" not in read("frontend/Dockerfile")


def test_page_loads_it_before_other_scripts() -> None:
    scripts = re.findall(r"<script[^>]*src=\"([^\"]+)\"", read("frontend/index.html"))
    assert scripts == ["/config.js", "/first-paint.js", "/src/main.tsx"]
