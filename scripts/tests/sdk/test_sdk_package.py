"""The SDK as strangers get it: packed, installed outside of the repository, used against the running stack."""

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
# The examples share the client that the first one makes.
CLIENT = """\
import { logIn as logInToTheExample } from "@app/sdk";
const client = await logInToTheExample({
  baseUrl: process.env.API_URL ?? "", email: process.env.EMAIL ?? "", password: process.env.PASSWORD ?? "",
});
"""


def test_the_package_needs_no_other(project: Project) -> None:
    modules = project.folder / "node_modules"
    assert [path.name for path in modules.glob("[!.]*")] == ["@app"]
    assert [path.name for path in (modules / "@app").iterdir()] == ["sdk"]
    assert {path.name for path in (modules / "@app" / "sdk").iterdir()} == {"README.md", "package.json", "dist"}


def test_a_plain_script_signs_up_creates_and_pages_through_a_list(project: Project) -> None:
    answer = json.loads(project.run("node", "plain.js"))
    request_id = answer.pop("requestId")
    assert answer == {"found": 13, "name": "ApiError", "status": 404, "code": "NOT_001"}
    assert re.fullmatch("[0-9a-f]{32}", request_id)


def test_a_strict_typescript_project_compiles_and_reads_typed_errors(project: Project) -> None:
    project.compile()
    assert json.loads(project.run("node", "strict.ts")) == {
        "found": 1,
        "answers": ["Ada", "gone", "user_id"],
        "refused": "function",
    }


@pytest.fixture(scope="module")
def with_peers(project: Project) -> Project:
    """The optional peers, which the examples use."""
    for name in ("zod", "react", "@types/react", "@tanstack/react-query"):
        link = project.folder / "node_modules" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(MODULES / name)
    for number, (language, text) in enumerate(EXAMPLES):
        makes_one = re.search(r"const client\b", text)
        (project.folder / f"example{number}.{language}").write_text(text if makes_one else CLIENT + text)
    return project


def test_the_readme_has_an_example_of_each_kind() -> None:
    assert [language for language, _ in EXAMPLES].count("ts") >= 7
    assert [language for language, _ in EXAMPLES].count("tsx") == 1


def test_examples_of_the_readme_compile(with_peers: Project) -> None:
    # TanStack Query's own types do not stand the strictest settings.
    with_peers.compile("--skipLibCheck", "--exactOptionalPropertyTypes", "false", "--jsx", "react-jsx")


@pytest.mark.parametrize("number", [n for n, (language, _) in enumerate(EXAMPLES) if language == "ts"])
def test_example_of_the_readme_runs(number: int, with_peers: Project) -> None:
    assert with_peers.run("node", f"example{number}.ts").strip() != ""
