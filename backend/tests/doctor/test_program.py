"""`python -m app.doctor` and `./scripts/doctor` as users run them."""

import json
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.server.doctor import application
from tests import conftest
from tests.doctor.conftest import OTHER_SECRET, SECRET

ROOT = conftest.BACKEND_DIR.parent


def run(*command: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=conftest.BACKEND_DIR,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_doctor(values: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Run the doctor and return its status, and the state of each code."""
    done = run(sys.executable, "-m", "app.doctor", "--json", **values)
    assert SECRET not in done.stdout + done.stderr
    return done.returncode, {each["code"]: each["state"] for each in json.loads(done.stdout)["findings"]}


def test_good_setup_ends_with_success(good: dict[str, str]) -> None:
    status, states = run_doctor(good)
    assert status == 0
    assert "failed" not in states.values()


def test_fatal_settings_are_reported(good: dict[str, str]) -> None:
    assert run_doctor({**good, "SECRET_KEY": "changethis"}) == (1, {"setting-secret-key": "failed"})


def test_fatal_settings_of_a_feature_are_reported(good: dict[str, str]) -> None:
    assert run_doctor({**good, "ACCESS_TOKEN_EXPIRE_MINUTES": "0"}) == (
        1,
        {"setting-access-token-expire-minutes": "failed"},
    )


def test_refusing_database_does_not_stop_other_checks(good: dict[str, str]) -> None:
    url = good["DATABASE_URL"].replace(SECRET, OTHER_SECRET)
    status, states = run_doctor({**good, "DATABASE_URL": url})
    assert (status, states["database-password"], states["migrations"], states["mail"]) == (1, "failed", "skipped", "ok")


def test_outdated_schema_is_reported(good: dict[str, str]) -> None:
    name = f"behind_{uuid.uuid4().hex[:12]}"
    conftest.copy_template(name)
    with psycopg.connect(f"{os.environ['TEST_POSTGRES_URL']}/{name}", autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001_users'")
    url = good["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    status, states = run_doctor({**good, "DATABASE_URL": url})
    conftest.drop_database(name)
    assert (status, states["migrations"]) == (1, "failed")


def test_output_for_humans_is_lines(good: dict[str, str]) -> None:
    done = run(sys.executable, "-m", "app.doctor", **{**good, "SMTP_HOST": ""})
    assert "warning  mail-missing" in done.stdout
    assert "Set SMTP_HOST" in done.stdout


def test_embedded_stack_is_checked_with_its_settings(good: dict[str, str], tmp_path: Path) -> None:
    facts: dict[str, Any] = {"pid": os.getpid(), "settings": good}
    (tmp_path / "stack.json").write_text(json.dumps(facts))
    assert application.embedded_stack(tmp_path / "stack.json") == facts
    states = {each.code: each.state for each in application.ask_embedded(good)}
    assert (states["database"], states["storage"]) == ("ok", "ok")


@pytest.mark.parametrize("facts", ["", "{}", '{"pid": 4194400}'])
def test_stopped_stack_is_not_checked(tmp_path: Path, facts: str) -> None:
    (tmp_path / "stack.json").write_text(facts)
    assert application.embedded_stack(tmp_path / "stack.json") is None


def test_release_without_a_doctor_is_skipped() -> None:
    [finding] = application.read_findings("")
    assert (finding.code, finding.state) == ("application", "skipped")


def test_script_needs_no_packages_and_writes_json() -> None:
    """Only Python's standard library is available, as on a server."""
    python = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); "]
    python[-1] += "sys.argv[1:] = ['--json']; from scripts.server.doctor.__main__ import main; sys.exit(main())"
    done = run(*python, PATH="/nowhere")
    states = {each["code"]: each["state"] for each in json.loads(done.stdout)["findings"]}
    assert states["disk"] in ("ok", "warning", "failed")
    assert done.returncode == int("failed" in states.values())


def test_manual_explains_every_code() -> None:
    manual = (ROOT / "docs" / "running" / "doctor.md").read_text(encoding="utf-8")
    found = set()
    for half in (conftest.BACKEND_DIR / "app", ROOT / "scripts" / "server"):
        for file in (half / "doctor").glob("*.py"):
            source = file.read_text(encoding="utf-8")
            found |= set(re.findall(r'(?:code=|(?:failed|warning|ok|skipped)\(\s*)"([a-z0-9-]+)"', source))
    assert len(found) > 40
    assert {code for code in found if f"`{code}`" not in manual} == set()


def test_script_has_help() -> None:
    done = run(ROOT / "scripts" / "doctor", "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout
