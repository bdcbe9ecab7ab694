"""Reads problem documents."""

from httpx2 import Response


def problem(response: Response) -> tuple[int, str]:
    """Status and code."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


def fields(response: Response) -> list[str]:
    """The fields that a refused request names."""
    return [error["field"] for error in response.json()["errors"]]
