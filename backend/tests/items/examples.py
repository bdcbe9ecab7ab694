"""The operations and rows of items, for the tests that cover all features."""

ROWS = {"/api/v1/items/{id}": ("/api/v1/items/", {"title": "An item"})}
