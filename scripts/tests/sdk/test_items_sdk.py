"""The packed SDK and a long list of items."""

import json
import re

import pytest

from scripts.tests.sdk.sdk_project import Project

pytestmark = pytest.mark.stack


def test_plain_script_pages_through_a_thousand_items(project: Project) -> None:
    result = json.loads(project.run("node", "items.js"))
    request_id = result.pop("requestId")
    assert result == {"found": 1000, "name": "ApiError", "status": 404, "code": "NOT_001"}
    assert re.fullmatch("[0-9a-f]{32}", request_id)
