"""`python -m app.doctor` and `./scripts/doctor`, as people run them."""

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


def ask_application(values: dict[str, str]) -> tuple[int, dict[str, str]]:
    """The status, and the state of each code."""
    done = run(sys.executable, "-m", "app.doctor", "--json", **values)
    assert SECRET not in done.stdout + done.stderr
    return done.returncode, {each["code"]: each["state"] for each in json.loads(done.stdout)["findings"]}


def test_good_setup_ends_with_success(good: dict[str, str]) -> None:
    status, told = ask_application(good)
    assert status == 0
    assert "failed" not in told.values()


def test_settings_that_stop_the_start_are_told_all_the_same(good: dict[str, str]) -> None:
    assert ask_application({**good, "SECRET_KEY": "changethis"}) == (1, {"setting-secret-key": "failed"})


def test_settings_of_a_feature_that_stop_the_start_are_told(good: dict[str, str]) -> None:
    assert ask_application({**good, "ACCESS_TOKEN_EXPIRE_MINUTES": "0"}) == (
        1,
        {"setting-access-token-expire-minutes": "failed"},
    )


def test_database_that_refuses_leaves_the_rest_to_be_told(good: dict[str, str]) -> None:
    url = good["DATABASE_URL"].replace(SECRET, OTHER_SECRET)
    status, told = ask_application({**good, "DATABASE_URL": url})
    assert (status, told["database-password"], told["migrations"], told["mail"]) == (1, "failed", "skipped", "ok")


def test_schema_that_is_behind_is_told(good: dict[str, str]) -> None:
    name = f"behind_{uuid.uuid4().hex[:12]}"
    conftest.copy_template(name)
    with psycopg.connect(f"{os.environ['TEST_POSTGRES_URL']}/{name}", autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001_users'")
    url = good["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    status, told = ask_application({**good, "DATABASE_URL": url})
    conftest.drop_database(name)
    assert (status, told["migrations"]) == (1, "failed")


def test_people_get_lines(good: dict[str, str]) -> None:
    done = run(sys.executable, "-m", "app.doctor", **{**good, "SMTP_HOST": ""})
    assert "warning  mail-missing" in done.stdout
    assert "Set SMTP_HOST" in done.stdout


def test_application_is_asked_with_the_settings_of_the_embedded_stack(good: dict[str, str], tmp_path: Path) -> None:
    facts: dict[str, Any] = {"pid": os.getpid(), "settings": good}
    (tmp_path / "stack.json").write_text(json.dumps(facts))
    assert application.embedded_stack(tmp_path / "stack.json") == facts
    told = {each.code: each.state for each in application.ask_embedded(good)}
    assert (told["database"], told["storage"]) == ("ok", "ok")


@pytest.mark.parametrize("facts", ["", "{}", '{"pid": 4194400}'])
def test_stack_that_does_not_run_is_not_asked(tmp_path: Path, facts: str) -> None:
    (tmp_path / "stack.json").write_text(facts)
    assert application.embedded_stack(tmp_path / "stack.json") is None


def test_release_without_a_doctor_is_skipped() -> None:
    [finding] = application.read_findings("")
    assert (finding.code, finding.state) == ("application", "skipped")


def test_script_needs_no_packages_and_writes_json() -> None:
    """With nothing but Python's own library: as on a server."""
    python = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); "]
    python[-1] += "sys.argv[1:] = ['--json']; from scripts.server.doctor.__main__ import main; sys.exit(main())"
    done = run(*python, PATH="/nowhere")
    told = {each["code"]: each["state"] for each in json.loads(done.stdout)["findings"]}
    assert told["disk"] in ("ok", "warning", "failed")
    assert done.returncode == int("failed" in told.values())


def test_every_code_is_explained_in_the_manual() -> None:
    manual = (ROOT / "deployment.md").read_text(encoding="utf-8")
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
