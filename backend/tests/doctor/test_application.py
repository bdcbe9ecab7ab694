"""The application's half: each broken set-up is reported with a fix and without secrets."""

import os
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.settings import Settings, load
from app.doctor import service
from app.doctor.database import judge_clock
from app.doctor.files import GIB, judge_disk
from app.doctor.models import Finding
from app.doctor.unusable import unusable_settings
from app.users.config import UsersSettings
from tests.auth.factories import signed_in_user
from tests.doctor.conftest import OTHER_SECRET, SECRET
from tests.doctor.situations import setups


async def examine(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    try:
        settings, users = load(Settings), load(UsersSettings)
    except SystemExit as error:
        return unusable_settings(str(error))
    return (await service.check_all(settings, users)).findings


@pytest.mark.parametrize("setup", setups(__file__))
async def test_broken_setup_is_reported(
    setup: dict[str, Any],
    good: dict[str, str],
    places: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    session: AsyncSession,
) -> None:
    broken = {name: value.format(**places) for name, value in setup["settings"].items()}
    findings = await examine({**good, **broken}, monkeypatch)
    found = {(each.code, each.state): each for each in findings}
    assert found.keys() >= set(setup["expect"].items())
    # Nothing else is reported as failed.
    assert {each.code for each in findings if each.state == "failed"} <= set(setup["expect"])
    for finding in findings:
        assert (finding.fix == "") == (finding.state in ("ok", "skipped")), finding
        for secret in (SECRET, OTHER_SECRET, "k7Yw2mQx9v", "changethis", "password-password"):
            assert secret not in f"{finding.title}{finding.detail}{finding.fix}"


async def test_good_setup_has_no_failure(
    good: dict[str, str], monkeypatch: pytest.MonkeyPatch, session: AsyncSession
) -> None:
    findings = await examine(good, monkeypatch)
    assert [each for each in findings if each.state == "failed"] == []
    seen = {each.code for each in findings if each.state == "ok"}
    assert seen >= {"settings", "database", "connections", "clock", "migrations", "mail", "storage"}


async def test_failing_check_hides_no_other(
    good: dict[str, str], monkeypatch: pytest.MonkeyPatch, session: AsyncSession
) -> None:
    monkeypatch.setattr(service, "CHECK_SECONDS", 0.0)
    findings = await examine(good, monkeypatch)
    failed = [each for each in findings if each.state == "failed"]
    assert {each.code for each in failed} == {"settings", "database", "health", "mail", "jobs", "storage"}
    assert all("No response within" in each.detail for each in failed)
    assert {each.code for each in findings} >= {"keys", "limits"}  # these wait for nothing here


async def test_error_of_a_check_is_a_finding(
    good: dict[str, str], monkeypatch: pytest.MonkeyPatch, session: AsyncSession
) -> None:
    """An invalid number makes the check raise TypeError."""
    monkeypatch.setattr("app.doctor.database.OWN_CONNECTIONS", "two")
    found = {each.code: each for each in await examine(good, monkeypatch)}
    assert found["database"].state == "failed"
    assert "TypeError" in found["database"].detail
    assert found["mail"].state == "ok"


@pytest.mark.parametrize(
    ("offset", "state"),
    [(0.3, "ok"), (-1.9, "ok"), (2.5, "warning"), (-12, "warning"), (31, "failed"), (-90, "failed")],
)
def test_clock_is_rated_by_its_offset(offset: float, state: str) -> None:
    assert judge_clock(offset).state == state


@pytest.mark.parametrize(("free", "state"), [(6 * GIB, "ok"), (4 * GIB, "warning"), (GIB // 2, "failed")])
def test_disk_is_rated_by_free_space(free: int, state: str) -> None:
    assert judge_disk(free, "/storage").state == state


def test_unreadable_settings_are_reported() -> None:
    message = "The settings cannot be read as user 10001: [Errno 13] Permission denied: '/run/secrets/SECRET_KEY'"
    [finding] = unusable_settings(message)
    assert (finding.code, finding.state) == ("settings-unreadable", "failed")
    assert "chown 10001" in finding.fix


async def test_superusers_read_the_report(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session, is_superuser=True)
    response = await client.get("/api/v1/doctor/", headers=headers)
    assert response.status_code == 200
    codes = {each["code"] for each in response.json()["findings"]}
    assert {"database", "connections", "migrations", "mail", "storage"} <= codes
    for secret in (os.environ["SECRET_KEY"], os.environ["DATABASE_URL"]):
        assert secret not in response.text


async def test_others_cannot_read_the_report(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    assert (await client.get("/api/v1/doctor/", headers=headers)).status_code == 403
    assert (await client.get("/api/v1/doctor/")).status_code == 401
