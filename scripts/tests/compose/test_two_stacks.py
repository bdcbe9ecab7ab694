"""Staging and production on one server, behind one proxy."""

from collections.abc import Iterator

import pytest

from scripts.tests.compose.conftest import FILES, NAME, create_user, sign_in, started
from scripts.tests.compose.stack import Stack


@pytest.fixture(scope="module")
def staging(production: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {
        "DOMAIN": "staging.test",
        "DEPLOY_ENVIRONMENT": "staging",
        "PROJECT_NAME": "Staging",
        "PROXY_NETWORK": f"{production.name}_proxy",
        "WEB_CONCURRENCY": "1",
    }
    folder = tmp_path_factory.mktemp("staging") / "stack"
    with started(Stack(folder, f"{NAME}staging", *FILES, **settings), "frontend", "backend", proxy=production) as stack:
        yield stack


def test_stacks_share_a_proxy_but_no_data(production: Stack, staging: Stack) -> None:
    with production.visitor("api") as first, staging.visitor("api", proxy=production) as second:
        tokens = [sign_in(first, production), sign_in(second, staging)]
        second.headers["Authorization"] = f"Bearer {tokens[1]}"
        path = f"/api/v1/users/{create_user(second)}"
        statuses = [
            visitor.get(path, headers={"Authorization": f"Bearer {token}"}).status_code
            for visitor in (first, second)
            for token in tokens
        ]
    # The user exists only in staging, and a token of one stack is invalid in the other.
    assert statuses == [404, 401, 401, 200]


def test_each_host_has_its_own_dashboard(production: Stack, staging: Stack) -> None:
    with production.visitor("dashboard") as first, staging.visitor("dashboard", proxy=production) as second:
        assert '"Staging"' in second.get("/config.js").text
        assert '"Staging"' not in first.get("/config.js").text


def test_second_stack_has_no_proxy(staging: Stack) -> None:
    assert "proxy" not in staging.compose("ps", "--all", "--services").stdout.split()
