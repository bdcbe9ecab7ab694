"""The doctor reports keys that another `SECRET_KEY` has encrypted."""

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.core.database.session import transaction
from app.core.security.signed_tokens import key_ring
from app.core.security.stored_keys import load_keys, retire_key
from app.core.settings import settings
from app.doctor.keys import check_keys


@pytest.fixture(autouse=True)
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys come from the database, as in operation."""
    monkeypatch.setattr(key_ring, "is_fixed", False)


async def test_usable_key_is_ok(live: AsyncClient) -> None:
    await load_keys()
    [finding] = await check_keys()
    assert (finding.code, finding.state, finding.detail) == ("keys", "ok", "1 of 1 keys verify tokens.")


async def test_key_of_another_secret_is_reported(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    [old] = [each.key.id for each in await load_keys()]
    monkeypatch.setattr(settings, "SECRET_KEY", SecretStr("another-" + "s" * 32))
    await load_keys()
    [finding] = await check_keys()
    assert (finding.code, finding.state) == ("keys-unreadable", "warning")
    assert f"keys retire {old} " in finding.fix

    async with transaction() as session:
        await retire_key(session=session, key_id=old)
    [finding] = await check_keys()
    assert (finding.state, finding.detail) == ("ok", "1 of 2 keys verify tokens.")
