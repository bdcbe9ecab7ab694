"""Nginx serves the dashboard like `app.core.http.spa`: same headers, same rules."""

import re

from app.core.http.security_headers import COMMON, DASHBOARD, HSTS
from scripts.tests.deploy.files import read

CONFIG = read("frontend/nginx.conf")
HEADERS = dict(re.findall(r"^ +add_header (\S+) (.+) always;$", CONFIG, re.MULTILINE))
MAPS = {
    name: dict(re.findall(r'^ +("[^"]*"|\S+) "(.*)";$', body, re.MULTILINE))
    for name, body in re.findall(r"map [^\n]+ \$(\w+) \{\n(.*?)\n    \}", CONFIG, re.DOTALL)
}


def location(name: str) -> str:
    found = re.search(rf"location {re.escape(name)} \{{\n(.*?)\n        \}}", CONFIG, re.DOTALL)
    assert found, name
    return found[1]


def test_security_headers_match_the_api_process() -> None:
    fixed = {name: value.strip('"') for name, value in HEADERS.items() if not value.startswith("$")}
    assert fixed == {**COMMON, **DASHBOARD}


def test_hsts_is_sent_only_over_https() -> None:
    assert HEADERS["Strict-Transport-Security"] == "$strict_transport_security"
    assert MAPS["strict_transport_security"] == {"https": HSTS["Strict-Transport-Security"], "default": ""}


def test_headers_are_sent_on_errors_and_all_locations() -> None:
    before_server, server = CONFIG.split("server {")
    assert before_server.count("add_header ") == len(HEADERS)
    assert not re.search(r"add_header|expires", server)


def test_only_existing_hashed_assets_are_cached() -> None:
    assert HEADERS["Cache-Control"] == "$cache_control"
    assert MAPS["cache_control"] == {
        '"~^(200|206|304) /assets/"': "public, max-age=31536000, immutable",
        "default": "no-cache",
    }


def test_missing_file_is_404_not_the_application() -> None:
    assert "try_files $uri @released;" in location("^~ /assets/")
    assert "try_files $uri =404;" in location("@released")
    assert "try_files $uri =404;" in location(r"~ \.[^/]*$")
    assert "try_files $uri /index.html;" in location("/")


def test_dot_files_are_refused_first() -> None:
    assert "return 404;" in location(r"~ /\.")
    # Nginx uses the first regular expression that matches.
    assert CONFIG.index(r"location ~ /\. {") < CONFIG.index(r"location ~ \.[^/]*$ {")


def test_api_path_never_returns_a_page() -> None:
    assert "return 404;" in location("^~ /api/")
    assert "return 404;" in location("= /api")


def test_nginx_does_not_need_root() -> None:
    ports = re.findall(r"listen (\d+);", CONFIG)
    assert ports == ["8080"]
    paths = re.findall(r"^ *(?:pid|\w+_temp_path) (\S+);", CONFIG, re.MULTILINE)
    assert len(paths) == 6
    assert all(path.startswith("/tmp/") for path in paths)  # noqa: S108 - in the container
