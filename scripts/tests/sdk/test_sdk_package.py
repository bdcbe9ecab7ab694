"""The SDK as consumers use it: packed, installed outside of the repository, against the running stack."""

import json
import re

import pytest

from scripts.local.layout import ROOT
from scripts.tests.sdk.sdk_project import MODULES, SDK, Project

pytestmark = pytest.mark.stack

PAGES = (SDK / "README.md", ROOT / "docs" / "live.md")
EXAMPLES = [
    example
    for page in PAGES
    for example in re.findall(r"^```(tsx?)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
]
# The examples share the client that the first one creates.
CLIENT = """\
import { logIn as logInToTheExample } from "@app/sdk";
const client = await logInToTheExample({
  baseUrl: process.env.API_URL ?? "", email: process.env.EMAIL ?? "", password: process.env.PASSWORD ?? "",
});
"""


def test_package_has_no_dependencies(project: Project) -> None:
    modules = project.folder / "node_modules"
    assert [path.name for path in modules.glob("[!.]*")] == ["@app"]
    assert [path.name for path in (modules / "@app").iterdir()] == ["sdk"]
    assert {path.name for path in (modules / "@app" / "sdk").iterdir()} == {"README.md", "package.json", "dist"}


def test_plain_script_pages_through_a_list(project: Project) -> None:
    result = json.loads(project.run("node", "plain.js"))
    request_id = result.pop("requestId")
    assert result == {"found": 13, "name": "ApiError", "status": 404, "code": "NOT_001"}
    assert re.fullmatch("[0-9a-f]{32}", request_id)


def test_strict_typescript_project_reads_typed_errors(project: Project) -> None:
    project.compile()
    assert json.loads(project.run("node", "strict.ts")) == {
        "found": 1,
        "answers": ["Ada", "gone", "user_id"],
        "refused": "function",
    }


@pytest.fixture(scope="module")
def with_peers(project: Project) -> Project:
    """The project with the optional peer dependencies that the examples use."""
    for name in ("zod", "react", "@types/react", "@tanstack/react-query"):
        link = project.folder / "node_modules" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(MODULES / name)
    for number, (language, text) in enumerate(EXAMPLES):
        creates_one = re.search(r"const client\b", text)
        (project.folder / f"example{number}.{language}").write_text(text if creates_one else CLIENT + text)
    return project


def test_readme_has_typescript_and_react_examples() -> None:
    assert [language for language, _ in EXAMPLES].count("ts") >= 7
    assert [language for language, _ in EXAMPLES].count("tsx") == 1


def test_readme_examples_compile(with_peers: Project) -> None:
    # TanStack Query's own types fail with the strictest settings.
    with_peers.compile("--skipLibCheck", "--exactOptionalPropertyTypes", "false", "--jsx", "react-jsx")


@pytest.mark.parametrize("number", [n for n, (language, _) in enumerate(EXAMPLES) if language == "ts"])
def test_readme_example_runs(number: int, with_peers: Project) -> None:
    assert with_peers.run("node", f"example{number}.ts").strip() != ""
