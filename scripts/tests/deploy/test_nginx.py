"""Nginx serves the dashboard like `app.core.http.spa`: same headers, same rules."""

import posixpath
import re
from urllib.parse import unquote

import pytest

from app.core.http import request_guard
from app.core.http.security_headers import COMMON, DASHBOARD, HSTS, PAGES
from scripts.tests.deploy.files import read
from tests.core.pages import ADDRESSES, FILES, Result

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
        "default": PAGES["Cache-Control"],
    }


def uri(address: str) -> str:
    """Return `$uri` as Nginx computes it: decoded, without repeated slashes and dot segments."""
    path = unquote(address.partition("?")[0], errors="surrogateescape")
    slash = "/" if path.endswith("/") else ""
    return posixpath.normpath(re.sub("/+", "/", path)).rstrip("/") + slash or "/"


def chosen(path: str) -> str:
    """Return the body of the location for the path, by the rules of Nginx."""
    found = re.findall(r"^        location (=|~|\^~)? ?(\S+) \{\n(.*?)\n        \}", CONFIG, re.MULTILINE | re.DOTALL)
    exact = [body for kind, name, body in found if kind == "=" and name == path]
    prefixes = [each for each in found if each[0] in ("", "^~") and path.startswith(each[1])]
    kind, _, longest = max(prefixes, key=lambda each: len(each[1]))
    expressions = [body for kind, name, body in found if kind == "~" and re.search(name, path)]
    return str([*exact, *([] if kind == "^~" else expressions), longest][0])


def result(address: str) -> Result:
    """Return what the configuration makes of the address. `try_files` skips folders."""
    path = uri(address)
    body = chosen(path)
    [rule] = re.findall(r"(?:try_files \$uri|return) (\S+);", body)
    if rule != "404" and path in FILES:
        return "file"
    return "page" if rule == "/index.html" else "not found"


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_address_returns_what_the_api_process_does(address: str, expected: Result) -> None:
    assert result(address) == expected


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


def test_headers_are_limited_as_by_the_api() -> None:
    [(number, size)] = re.findall(r"large_client_header_buffers (\d+) (\d+)k;", CONFIG)
    assert int(size) * 1024 == request_guard.MAX_URL_BYTES, "one buffer holds the request line"
    assert int(number) * int(size) * 1024 <= request_guard.MAX_HEADER_BYTES


def test_nginx_does_not_need_root() -> None:
    ports = re.findall(r"listen (\d+);", CONFIG)
    assert ports == ["8080"]
    paths = re.findall(r"^ *(?:pid|\w+_temp_path) (\S+);", CONFIG, re.MULTILINE)
    assert len(paths) == 6
    assert all(path.startswith("/tmp/") for path in paths)  # noqa: S108 - in the container
