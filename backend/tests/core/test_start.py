"""The application starts without libraries that only a few requests need. Each costs every process time and memory."""

import os
import subprocess
import sys

from tests.conftest import BACKEND_DIR

NEEDED_LATER = {
    *("emails", "mjml", "jinja2", "premailer", "cssutils", "lxml", "requests", "aiosmtplib", "dkim", "dns"),
    *("obstore", "PIL", "pyrage", "alembic", "mako", "typer", "rich", "pygments", "fastapi_offline"),
    *("sentry_sdk", "httpx", "httpx2", "urllib3", "certifi", "watchfiles", "websockets"),
}
LIST_MODULES = "import sys, app.main; print(*{name.partition('.')[0] for name in sys.modules})"


def modules_at_start(**settings: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", LIST_MODULES],
        cwd=BACKEND_DIR,
        env={**os.environ, "DOCS_ENABLED": "false", "SENTRY_DSN": "", **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(result.stdout.split())


def test_start_imports_only_what_requests_need() -> None:
    assert sorted(modules_at_start() & NEEDED_LATER) == []


def test_sentry_is_imported_with_a_dsn() -> None:
    assert "sentry_sdk" in modules_at_start(SENTRY_DSN="https://key@o1.ingest.example.com/2")
