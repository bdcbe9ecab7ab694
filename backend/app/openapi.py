"""Prints the OpenAPI document: `python -m app.openapi`. Needs no database and no secrets.

The title is fixed, so that a change of the setting PROJECT_NAME does not change the generated SDK.
"""

import json

from app.main import app

if __name__ == "__main__":
    document = app.openapi()
    document["info"]["title"] = "API"
    print(json.dumps(document, indent=2, sort_keys=True))
