"""Items for the tests that look at all features."""

ROWS = {"/api/v1/items/{id}": ("/api/v1/items/", {"title": "An item"})}
