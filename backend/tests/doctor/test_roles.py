"""What the doctor says of the database's roles (OP-04)."""

import pytest

from app.doctor.database import check_database
from tests.security.place import Place, place, prepared

__all__ = ["place", "prepared"]


async def test_op04_doctor_warns_about_a_superuser(prepared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    api, owner = prepared.api_settings(), prepared.api_settings()
    owner.POSTGRES_API_USER, owner.DATABASE_URL = "", type(owner.DATABASE_URL)(prepared.owner_url)
    for settings in (api, owner):
        settings.ENVIRONMENT = "production"
    assert "database-superuser" not in [finding.code for finding in await check_database(api)]
    [warning] = [finding for finding in await check_database(owner) if finding.code == "database-superuser"]
    assert warning.state == "warning"
