"""Count the statements of a request."""

from typing import Any

from httpx2 import AsyncClient

MAX_IDS = 100


async def assert_statements(
    client: AsyncClient,
    statements: list[str],
    budget: int,
    method: str,
    path: str,
    headers: dict[str, str],
    body: dict[str, Any] | None,
    **ids: object,
) -> None:
    """Send the request. `statements` is the fixture, `ids` fill the path."""
    statements.clear()
    response = await client.request(method, f"/api/v1{path.format(**ids)}", headers=headers, json=body)
    assert response.status_code == 200, response.text
    listed = "\n\n".join(statements)
    assert len(statements) == budget, f"{len(statements)} statements:\n\n{listed}"
