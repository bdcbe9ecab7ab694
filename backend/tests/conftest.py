"""Start the servers that the tests need, before the application reads its settings.

The whole run uses one PostgreSQL. Each worker has a database, which is a copy of a template with the
real migrations. The fixtures are in `tests/fixtures.py`, which imports the application.
"""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from scripts.local.environment import MANY_REQUESTS, without_proxy_on_this_machine
from scripts.local.mailbox import Mailbox
from scripts.local.ports import listen, port_of
from scripts.local.postgres import Postgres, start_postgres
from scripts.local.temporary import keep_in_memory, own_folder

BACKEND_DIR = Path(__file__).resolve().parent.parent
# Durability is off, because the data is deleted after the run.
_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

postgres: Postgres | None = None
postgres_folder: str | None = None
mailbox: Mailbox | None = None
storage_folder: str | None = None


def pytest_configure(config: pytest.Config) -> None:
    global mailbox
    keep_in_memory()
    os.environ["DOTENV_PATH"] = ""  # the tests use the defaults of the settings
    os.environ |= without_proxy_on_this_machine(os.environ)
    if "TEST_POSTGRES_URL" not in os.environ:
        _start_postgres()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if worker == "main" and config.getoption("numprocesses", None):
        return  # the controller runs no test
    database = f"test_{worker}"
    copy_template(database)
    smtp = listen(0)
    mailbox = Mailbox(smtp, listen(0), secrets.token_urlsafe(16))
    mailbox.start()
    os.environ |= {
        "ENVIRONMENT": "local",
        "PROJECT_NAME": "Workbench",
        "DATABASE_URL": f"{os.environ['TEST_POSTGRES_URL']}/{database}",
        "FRONTEND_URL": "http://localhost:8000",
        "SECRET_KEY": "only-for-tests-" + "k" * 32,
        "STORAGE_URL": f"file://{_storage_folder()}",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port_of(smtp)),
        "SMTP_TLS": "false",
        "EMAILS_FROM_EMAIL": "noreply@example.com",
        "LOG_LEVEL": "error",
        **MANY_REQUESTS,  # the tests of the limits set the defaults
    }
    config.pluginmanager.import_plugin("tests.fixtures")


def pytest_unconfigure() -> None:
    if mailbox is not None:
        mailbox.stop()
    if storage_folder is not None:
        shutil.rmtree(storage_folder, ignore_errors=True)
    if postgres is not None:
        postgres.stop()
    if postgres_folder is not None:
        shutil.rmtree(postgres_folder, ignore_errors=True)


def copy_template(database: str) -> None:
    url = os.environ["TEST_POSTGRES_URL"]
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{database}" TEMPLATE template_app STRATEGY file_copy')


def drop_database(database: str) -> None:
    with psycopg.connect(f"{os.environ['TEST_POSTGRES_URL']}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def _storage_folder() -> str:
    global storage_folder
    storage_folder = own_folder("storage")
    return storage_folder


def _start_postgres() -> None:
    """Set TEST_POSTGRES_URL, which the workers inherit, and migrate the template."""
    global postgres, postgres_folder
    postgres_folder = own_folder("postgres")
    os.chmod(postgres_folder, 0o711)  # noqa: S103 - as root, the server runs as another user
    postgres = start_postgres(Path(postgres_folder) / "data", password="test", settings=_SETTINGS)
    postgres.ensure_database("template_app")
    os.environ["TEST_POSTGRES_URL"] = postgres.url("x").removesuffix("/x")
    environment = {**os.environ, "DATABASE_URL": postgres.url("template_app"), "ENVIRONMENT": "local"}
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(command, cwd=BACKEND_DIR, env=environment, check=True)
