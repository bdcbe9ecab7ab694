"""Prints the OpenAPI document: `python -m app.openapi`. Needs no database and no secret."""

import json

from app.main import app

if __name__ == "__main__":
    print(json.dumps(app.openapi(), indent=2, sort_keys=True))
