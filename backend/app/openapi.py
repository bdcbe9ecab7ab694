"""Prints the OpenAPI document: `python -m app.openapi`. Needs no database and no secret.

The project's name is not in it: that is a setting, and no reason to generate the SDK anew.
"""

import json

from app.main import app

if __name__ == "__main__":
    document = app.openapi()
    document["info"]["title"] = "API"
    print(json.dumps(document, indent=2, sort_keys=True))
