"""The default limits, for tests: all others have more, because they share one address."""

import pytest
from httpx2 import ASGITransport, AsyncClient

from app.core.settings import Settings, settings
from app.main import app
from tests.fixtures import BASE_URL

LIMITS = ("RATE_LIMIT_SIGN_IN", "RATE_LIMIT_WRITES", "RATE_LIMIT_READS", "FAILED_SIGN_INS")
NETWORK, OTHER_NETWORK = "203.0.113.7", "198.51.100.8"


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Set and return the default of each limit."""
    defaults = {name: Settings.model_fields[name].default for name in LIMITS}
    for name, value in defaults.items():
        monkeypatch.setattr(settings, name, value)
    return defaults


def client_from(address: str, **options: object) -> AsyncClient:
    """A client with this address."""
    return AsyncClient(transport=ASGITransport(app, client=(address, 1)), base_url=BASE_URL, **options)  # type: ignore[arg-type]
