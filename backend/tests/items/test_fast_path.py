import pytest

from app.core.http.routing import Route
from app.main import app


@pytest.mark.parametrize("name", ["read_items", "read_item", "create_item"])
def test_frequent_operations_take_the_fast_path(name: str) -> None:
    [route] = [route for route in app.routes if isinstance(route, Route) and route.name == name]
    assert route.is_fast
